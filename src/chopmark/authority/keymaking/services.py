"""Envelopes printed and handed over; keys asked for, collected and purged."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import KeyPurpose
from chopmark.authority.custody.sealing import seal
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.keymaking import policy, selectors
from chopmark.authority.keymaking.envelopes import Randomness, make_pin, printed, read_number
from chopmark.authority.keymaking.errors import (
    EnvelopeNotHandedOver,
    EnvelopeUnknown,
    EnvelopeUsed,
    KeyNotSealed,
    KeyNotYetLogged,
    KeyOfAnother,
    KeyRequested,
    KeyUnknown,
)
from chopmark.authority.keymaking.events import SubscriberKeyKept
from chopmark.authority.keymaking.models import (
    Envelope,
    EnvelopeHandOver,
    KeyCollection,
    KeyRequest,
    MadeKey,
    Purge,
    SealedKey,
    SealRequest,
)
from chopmark.authority.transparency.selectors import is_under_checkpoint
from chopmark.pki.certificates import read_certificate

Printer = Callable[[str, str], None]


def pin_context(number: str) -> bytes:
    """What a sealed PIN is bound to, so that it opens for its own envelope only."""
    return f"pin of envelope {number}".encode()


@act(AuditTag.ENVELOPES_PRINTED)
def make_envelopes(
    *, count: int, outlet: str, printer: Printer, actor: Actor, now: datetime, randomness: Randomness
) -> list[str]:
    """Print PIN envelopes for an outlet (C31); a PIN goes to the paper and, sealed, to the signer, and nowhere else."""
    label, spki = custody.public_key(KeyPurpose.ENVELOPE)
    numbers = _next_numbers(count)
    leaf_id = leave(payload={"actor": actor.id, "outlet": outlet, "numbers": numbers}, now=now, outlet=outlet)
    envelopes = []
    for number in numbers:
        pin = make_pin(randomness)
        sealed = seal(spki, pin.encode(), context=pin_context(number), randomness=randomness(32))
        envelopes.append(
            Envelope(
                number=number,
                outlet=outlet,
                sealed_pin=sealed,
                key_label=label,
                leaf_id=leaf_id,
                printed_at=now,
            )
        )
        # A crash after paper came out leaves paper whose number is never printed again and never known here:
        # handing it over is refused.
        printer(printed(number), pin)
    Envelope.objects.bulk_create(envelopes)
    return numbers


def _next_numbers(count: int) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('keymaking_envelope_number') from generate_series(1, %s)", [count])
        return [f"{number:08d}" for (number,) in cursor.fetchall()]


@act(AuditTag.ENVELOPE_HANDED_OVER)
def hand_over(*, number: str, application_reference: str, actor: Actor, now: datetime) -> EnvelopeHandOver:
    """Tie an envelope of this outlet's stock to the applicant who got it in her hand (C31); `number` as typed or scanned."""
    digits = read_number(number)
    envelope = Envelope.objects.filter(number=digits).only("outlet").first()
    if envelope is None:
        raise EnvelopeUnknown
    policy.require_at_its_outlet(envelope.outlet, actor.outlet)
    try:
        with transaction.atomic():
            handed_over = EnvelopeHandOver.objects.create(
                number=digits,
                application_reference=application_reference,
                outlet=envelope.outlet,
                handed_over_at=now,
            )
    except IntegrityError:
        raise EnvelopeUsed from None
    leave(
        payload={"actor": actor.id, "envelope": digits, "application": application_reference},
        now=now,
        outlet=actor.outlet,
    )
    return handed_over


@act(AuditTag.KEY_REQUESTED)
def request_key(
    *,
    application_reference: str,
    envelope_number: str,
    actor: Actor,
    now: datetime,
    algorithm: KeyAlgorithm = KeyAlgorithm.P256,
) -> KeyRequest:
    """Ask the signer to make a key for an applicant who holds an envelope (C30); asks again where a claim was spent."""
    require_handed_over(envelope_number, application_reference)
    attempt = policy.next_attempt(selectors.progress_of(application_reference))
    try:
        with transaction.atomic():
            request = KeyRequest.objects.create(
                application_reference=application_reference,
                attempt=attempt,
                envelope_number=envelope_number,
                algorithm=algorithm,
                requested_at=now,
            )
    except IntegrityError:  # two asked at once: one of them did
        raise KeyRequested from None
    leave(payload={"actor": actor.id, "application": application_reference, "attempt": attempt}, now=now)
    return request


def require_handed_over(number: str, application_reference: str) -> None:
    if not EnvelopeHandOver.objects.filter(
        number=number, application_reference=application_reference
    ).exists():
        raise EnvelopeNotHandedOver


def request_spent_again(*, actor: Actor, now: datetime) -> int:
    """Ask again for every key whose claim was spent, on the clock; answers how many."""
    unmade = KeyRequest.objects.exclude(
        application_reference__in=MadeKey.objects.values("application_reference")
    )
    latest = {row.application_reference: row for row in unmade.order_by("attempt")}
    spent = [row for row in latest.values() if row.attempt < policy.ATTEMPTS and _is_spent(row)]

    def ask_again(row: KeyRequest) -> KeyRequest:
        return request_key(
            application_reference=row.application_reference,
            envelope_number=row.envelope_number,
            algorithm=KeyAlgorithm(row.algorithm),
            actor=actor,
            now=now,
        )

    return len(each(spent, ask_again))


def _is_spent(row: KeyRequest) -> bool:
    return selectors.progress_of(row.application_reference)[row.attempt] is policy.Progress.SPENT


@act(AuditTag.KEY_SEALING_REQUESTED)
def request_sealing(
    *, application_reference: str, issuer_id: int, certificate_der: bytes, actor: Actor, now: datetime
) -> None:
    """Ask the signer to seal a made key with its recorded certificate; asking twice is asking once."""
    made = _made(application_reference)
    if read_certificate(certificate_der).spki_der != bytes(made.spki):
        raise KeyOfAnother
    SealRequest.objects.get_or_create(
        request_id=made.request_id,
        defaults={"issuer_id": issuer_id, "certificate_der": certificate_der, "requested_at": now},
    )
    leave(payload={"actor": actor.id, "application": application_reference}, now=now)


@act(AuditTag.KEY_COLLECTED)
def collect(*, application_reference: str, actor: Actor, now: datetime) -> bytes:
    """The PKCS#12, once its leaf is under a checkpoint (C30); the caller has made sure who asks."""
    sealed = SealedKey.objects.filter(request_id=_made(application_reference).request_id).first()
    if sealed is None:
        raise KeyNotSealed
    if not is_under_checkpoint(sealed.leaf_id):
        raise KeyNotYetLogged
    leaf_id = leave(
        payload={"actor": actor.id, "application": application_reference}, now=now, outlet=actor.outlet
    )
    KeyCollection.objects.create(request_id=sealed.request_id, leaf_id=leaf_id, collected_at=now)
    return bytes(sealed.pkcs12)


@act(AuditTag.KEY_KEPT)
def confirm_kept(*, application_reference: str, actor: Actor, now: datetime) -> None:
    """The subscriber has her copy: have ours destroyed, by the worker (C30); the caller has made sure who asks."""
    _made(application_reference)
    leave(payload={"actor": actor.id, "application": application_reference}, now=now)
    hand_on(SubscriberKeyKept(application_reference))


@act(AuditTag.KEY_PURGED)
def purge_after_delivery(*, application_reference: str, actor: Actor, now: datetime) -> None:
    """Destroy the sealed key, our last copy (C30); a second time finds it purged and says so in the log."""
    _purge_sealed(application_reference, actor, now)


@act(AuditTag.KEY_PURGED)
def purge_unwanted(*, application_reference: str, actor: Actor, now: datetime) -> None:
    """Destroy a sealed key that nobody may collect any more: its certificate was declined or revoked, or nobody came."""
    _purge_sealed(application_reference, actor, now)


def _purge_sealed(application_reference: str, actor: Actor, now: datetime) -> None:
    made = _made(application_reference)
    leaf_id = leave(
        payload={"actor": actor.id, "application": application_reference, "what": Purge.What.SEALED}, now=now
    )
    SealedKey.objects.filter(request_id=made.request_id).delete()
    Purge.objects.get_or_create(
        request_id=made.request_id, what=Purge.What.SEALED, defaults={"leaf_id": leaf_id, "purged_at": now}
    )


def purge_delivered(*, actor: Actor, now: datetime) -> int:
    """Destroy every sealed key that was collected a while ago, on the clock; answers how many."""
    old = KeyCollection.objects.filter(collected_at__lte=now - policy.PURGED_AFTER).values("request_id")
    collected = _references(SealedKey.objects.filter(request_id__in=old))
    purge = partial(purge_after_delivery, actor=actor, now=now)
    return len(each(collected, lambda reference: purge(application_reference=reference)))


def purge_uncollected(*, actor: Actor, now: datetime) -> int:
    """Destroy every sealed key that nobody collected for too long, on the clock; answers how many."""
    old = SealedKey.objects.filter(sealed_at__lte=now - policy.UNCOLLECTED_PURGED_AFTER)
    uncollected = _references(old.exclude(request_id__in=KeyCollection.objects.values("request_id")))
    purge = partial(purge_unwanted, actor=actor, now=now)
    return len(each(uncollected, lambda reference: purge(application_reference=reference)))


def _references(sealed: QuerySet[SealedKey]) -> list[str]:
    made = MadeKey.objects.filter(request_id__in=sealed.values("request_id"))
    return list(made.values_list("application_reference", flat=True))


def _made(application_reference: str) -> MadeKey:
    made = MadeKey.objects.filter(application_reference=application_reference).first()
    if made is None:
        raise KeyUnknown
    return made
