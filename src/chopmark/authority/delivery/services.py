"""Offering a certificate, and taking the subscriber's one answer."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference, move, own
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.delivery.errors import AlreadyAccepted, AlreadyRejected, NothingOffered
from chopmark.authority.delivery.events import CertificateAccepted, CertificateDeclined
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.delivery.telling import tell_ready
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import NotYet, hand_on
from chopmark.authority.keymaking import selectors as keymaking
from chopmark.authority.transparency import selectors as transparency

LOOKED_BACK = timedelta(days=1)
ANSWERED = {
    Answer.Word.ACCEPTED: AlreadyAccepted,
    Answer.Word.REJECTED: AlreadyRejected,
    Answer.Word.LAPSED: AlreadyRejected,
}


@act(AuditTag.CERTIFICATE_OFFERED)
def offer(*, reference: str, actor: Actor, now: datetime) -> None:
    """Offer the application's certificate, once its leaf is under a checkpoint and, if we made the key, its file is sealed."""
    application = by_reference(reference)
    certificate = issuance.certificate_of(application.reference)
    if certificate is None or not transparency.is_under_checkpoint(certificate.leaf_id):
        raise NotYet
    if application.key_source == KeySource.AUTHORITY and not keymaking.is_sealed(application.reference):
        raise NotYet
    offered = Offer.objects.create(
        application_reference=application.reference,
        issuer_id=certificate.issuer_id,
        serial_number=certificate.serial_number,
        offered_at=now,
    )
    move(application, ApplicationState.ISSUED)
    leave(payload={"application": application.reference}, now=now, rows=[offered])
    tell_ready(application, offered, actor, now)


@act(AuditTag.CERTIFICATE_ACCEPTED)
def accept(*, reference: str, actor: Actor, now: datetime) -> None:
    """Accept the contents of one's certificate; from here on it may stand in the repository (CPS 4.4, C29)."""
    application = own(reference, actor=actor)
    answer = _answer(application, Answer.Word.ACCEPTED, now)
    leave(public=_public(answer), payload={"application": application.reference}, now=now, rows=[answer])
    hand_on(CertificateAccepted(answer.issuer_id, bytes(answer.serial_number).hex(), application.reference))


@act(AuditTag.CERTIFICATE_REJECTED)
def reject(*, reference: str, reason: str, actor: Actor, now: datetime) -> None:
    """Reject the contents of one's certificate; it is revoked and never published (CPS 4.4)."""
    application = own(reference, actor=actor)
    answer = _answer(application, Answer.Word.REJECTED, now, reason=reason)
    payload = {"application": application.reference, "reason": reason}
    leave(public=_public(answer), payload=payload, now=now, rows=[answer])
    hand_on(CertificateDeclined(answer.issuer_id, bytes(answer.serial_number).hex(), application.reference))


@act(AuditTag.CERTIFICATE_ACCEPTANCE_LAPSED)
def lapse(*, reference: str, actor: Actor, now: datetime) -> None:
    """End an offer that nobody answered in time; the certificate is revoked (CPS 4.4)."""
    application = by_reference(reference)
    answer = _answer(application, Answer.Word.LAPSED, now)
    leave(public=_public(answer), payload={"application": application.reference}, now=now, rows=[answer])
    hand_on(CertificateDeclined(answer.issuer_id, bytes(answer.serial_number).hex(), application.reference))


def require_not_declined(reference: str) -> None:
    """Refuse what belongs to a certificate that its subscriber rejected, or never answered for (CPS 4.4)."""
    declined = Answer.objects.filter(application_reference=reference).exclude(word=Answer.Word.ACCEPTED)
    if declined.exists():
        raise AlreadyRejected


def unanswered(
    *, now: datetime, after: timedelta, limit: int, but: Iterable[tuple[str, str]] = ()
) -> Iterable[str]:
    """References whose offer is older than `after` and has no answer: those that fell due within a day, and every hour all.

    Whoever was never asked for one, from one reference to another, is left out.

    Millions that were answered long ago are not looked at with each tick of the clock.
    """
    # Not `in`: past some hundred thousand answers PostgreSQL compares each offer with all of them.
    answered = Answer.objects.filter(application_reference=OuterRef("application_reference"))
    old = Offer.objects.filter(offered_at__lt=now - after).exclude(Exists(answered))
    for span in but:
        old = old.exclude(application_reference__range=span)
    if now.minute:
        old = old.filter(offered_at__gte=now - after - LOOKED_BACK)
    return list(old.order_by("offered_at").values_list("application_reference", flat=True)[:limit])


def _answer(application: Application, word: Answer.Word, now: datetime, *, reason: str = "") -> Answer:
    offered = Offer.objects.filter(application_reference=application.reference).first()
    if offered is None:
        raise NothingOffered
    answer, fresh = Answer.objects.get_or_create(
        application_reference=application.reference,
        defaults={
            "issuer_id": offered.issuer_id,
            "serial_number": offered.serial_number,
            "word": word,
            "reason": reason,
            "answered_at": now,
        },
    )
    if not fresh:
        raise ANSWERED[Answer.Word(answer.word)]
    return answer


def _public(answer: Answer) -> dict[str, str | int]:
    return {"issuer": answer.issuer_id, "serial_number": bytes(answer.serial_number).hex()}
