"""Suspending and releasing (CPS 4.9.13): each a fact of its own, so that a list can be made for any moment."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.errors import CertificateUnknown
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.services import require_permission
from chopmark.authority.revocation.errors import (
    AlreadyRevoked,
    AlreadySuspended,
    NotSuspended,
    NotTheSubscriber,
    SerialUnknown,
)
from chopmark.authority.revocation.events import CertificateReleased, CertificateSuspended
from chopmark.authority.revocation.models import Release, Suspension
from chopmark.authority.revocation.policy import require_suspension_offered
from chopmark.authority.revocation.selectors import open_suspensions, revocation_of
from chopmark.authority.revocation.services import hold


@act(AuditTag.CERTIFICATE_SUSPENDED_BY_SUBSCRIBER)
def suspend_by_subscriber(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> Suspension:
    """Put a certificate on hold because its own subscriber asks; only an officer releases it, or whoever has her key could."""
    certificate = _held(issuer_id, serial_number)
    if by_reference(certificate.application_reference).login_id != actor.participant_id:
        raise NotTheSubscriber
    return _suspend(certificate, actor, now)


@act(AuditTag.CERTIFICATE_SUSPENDED_BY_OFFICER)
def suspend_by_officer(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> Suspension:
    """Put a certificate on hold on a request that is not confirmed yet, by telephone or letter (CPS 4.9.15)."""
    require_permission(actor, Permission.COUNTER_SUSPENSION_TAKE)
    return _suspend(_held(issuer_id, serial_number), actor, now)


@act(AuditTag.CERTIFICATE_RELEASED_BY_OFFICER)
def release_by_officer(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> list[Release]:
    """End a suspension: the request was not confirmed by her who may make it, and nothing is wrong with the key."""
    require_permission(actor, Permission.COUNTER_SUSPENSION_TAKE)
    hold(issuer_id, serial_number)
    if revocation_of(issuer_id, serial_number) is not None:
        raise NotSuspended
    releases = end_open(issuer_id, serial_number, at=_second(now))
    if not releases:
        raise NotSuspended
    _tell(releases, issuer_id, serial_number, actor, now)
    hand_on(CertificateReleased(issuer_id, serial_number.hex()))
    return releases


def end_open(issuer_id: int, serial_number: bytes, *, at: datetime) -> list[Release]:
    """The rows alone, for an act that promises them: one for each suspension that was open by then.

    More than one is open only after a restore, when somebody suspended again what the tables had forgotten.
    """
    begun = open_suspensions(issuer_id, serial_number).filter(suspended_at__lte=at)
    return Release.objects.bulk_create(
        Release(
            issuer_id=issuer_id,
            serial_number=serial_number,
            suspended_at=suspension.suspended_at,
            released_at=at,
        )
        for suspension in begun
    )


def _held(issuer_id: int, serial_number: bytes) -> Certificate:
    """The certificate, with its serial number held, so that two requests cannot both succeed."""
    hold(issuer_id, serial_number)
    try:
        return issuance.certificate(issuer_id, serial_number)
    except CertificateUnknown:
        raise SerialUnknown from None


def _suspend(certificate: Certificate, actor: Actor, now: datetime) -> Suspension:
    issuer_id, serial_number = certificate.issuer_id, bytes(certificate.serial_number)
    kind = catalogue.certificate_type(certificate.type_code, certificate.not_before)
    require_suspension_offered(kind.revocation)
    if revocation_of(issuer_id, serial_number) is not None:
        raise AlreadyRevoked
    if open_suspensions(issuer_id, serial_number).exists() or _began(issuer_id, serial_number, now):
        raise AlreadySuspended
    suspension = Suspension.objects.create(
        issuer_id=issuer_id, serial_number=serial_number, suspended_at=_second(now)
    )
    _tell([suspension], issuer_id, serial_number, actor, now)
    hand_on(CertificateSuspended(issuer_id, serial_number.hex()))
    return suspension


def _began(issuer_id: int, serial_number: bytes, now: datetime) -> bool:
    """Whether one began in this very second, and is over: another would be taken for it."""
    own = {"issuer_id": issuer_id, "serial_number": serial_number}
    return Suspension.objects.filter(**own, suspended_at=_second(now)).exists()


def _tell(
    rows: Sequence[Suspension | Release], issuer_id: int, serial_number: bytes, actor: Actor, now: datetime
) -> None:
    public: dict[str, str | int] = {"issuer": issuer_id, "serial_number": serial_number.hex()}
    leave(public=public, payload={"actor": actor.id}, now=now, rows=rows)


def _second(now: datetime) -> datetime:
    """The moment as a list says it, and as the leaf does."""
    return now.replace(microsecond=0)
