"""Suspending and releasing (CPS 4.9.13): each a fact of its own, so that a list can be made for any moment."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from chopmark.authority.applications.holders import is_of
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.types import RevocationRule
from chopmark.authority.catalogue.words import Asker
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.errors import CertificateUnknown
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.revocation.asking import Asked, take_down
from chopmark.authority.revocation.errors import (
    AlreadyRevoked,
    AlreadySuspended,
    CertificateExpired,
    NotSuspended,
    NotTheSubscriber,
    SerialUnknown,
)
from chopmark.authority.revocation.events import CertificateReleased, CertificateSuspended
from chopmark.authority.revocation.models import HoldRequest, Release, Revocation, Suspension
from chopmark.authority.revocation.policy import may_have_held, require_may_ask, require_suspension_offered
from chopmark.authority.revocation.selectors import open_suspensions, revocation_of
from chopmark.authority.revocation.services import hold, revoke
from chopmark.pki.reasons import CRLReason


@act(AuditTag.CERTIFICATE_SUSPENDED_BY_SUBSCRIBER)
def suspend_by_subscriber(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> Suspension:
    """Put a certificate on hold because its own subscriber asks; only an officer releases it, or whoever has her key could."""
    certificate = _held(issuer_id, serial_number)
    if not is_of(by_reference(certificate.application_reference), actor.participant_id):
        raise NotTheSubscriber
    return _suspend(certificate, actor, now)


@act(AuditTag.CERTIFICATE_SUSPENDED_BY_OFFICER)
def suspend_by_officer(
    *, issuer_id: int, serial_number: bytes, asked: Asked, actor: Actor, now: datetime
) -> Suspension:
    """Put a certificate on hold on a request that is not confirmed yet, by telephone or letter (CPS 4.9.15)."""
    _require_on_duty(actor, Permission.COUNTER_SUSPENSION_TAKE, now)
    return _suspend(_held(issuer_id, serial_number), actor, now, asked=asked)


@act(AuditTag.CERTIFICATE_RELEASED_BY_OFFICER)
def release_by_officer(
    *, issuer_id: int, serial_number: bytes, asked: Asked, actor: Actor, now: datetime
) -> list[Release]:
    """End a suspension: the request was not confirmed by her who may make it, and nothing is wrong with the key."""
    _require_on_duty(actor, Permission.COUNTER_SUSPENSION_TAKE, now)
    hold(issuer_id, serial_number)
    certificate = issuance.recorded(issuer_id, serial_number)
    # After a restore a hold may be back whose certificate is not: somebody must be able to end it all the same.
    if certificate is not None:
        require_may_ask(asked.by, None, _rules(certificate))
    if revocation_of(issuer_id, serial_number) is not None:
        raise NotSuspended
    releases = end_open(issuer_id, serial_number, at=_second(now))
    if not releases:
        raise NotSuspended
    about = CertificateId(issuer_id, serial_number)
    request = take_down(asked, HoldRequest.Act.RELEASE, about=about, actor=actor, at=_second(now))
    _tell([*releases, request], issuer_id, serial_number, actor, now)
    hand_on(CertificateReleased(issuer_id, serial_number.hex()))
    return releases


@act(AuditTag.CERTIFICATE_REVOKED_BY_OFFICER)
def revoke_held(
    *, issuer_id: int, serial_number: bytes, asked: Asked, actor: Actor, now: datetime
) -> Revocation:
    """Revoke a certificate on hold, now that the request is confirmed; another role than takes requests does it (CPS 4.9.3)."""
    _require_on_duty(actor, Permission.COUNTER_REVOCATION_CONFIRM, now)
    certificate = _held(issuer_id, serial_number)
    reason = CRLReason.UNSPECIFIED if asked.reason is None else asked.reason
    require_may_ask(asked.by, reason, _rules(certificate))
    if revocation_of(issuer_id, serial_number) is not None:
        raise AlreadyRevoked
    if not open_suspensions(issuer_id, serial_number).exists():
        raise NotSuspended
    given = replace(asked, reason=reason)
    about = CertificateId(issuer_id, serial_number)
    request = take_down(given, HoldRequest.Act.REVOKE, about=about, actor=actor, at=_second(now))
    return revoke(issuer_id, serial_number, reason, actor, now, also=[request])


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


def _require_on_duty(actor: Actor, permission: Permission, now: datetime) -> None:
    """As for every other verb of an officer (C2, C28), but at any hour: keys are stolen at night, and a hotline hears of it."""
    participants.require_permission(actor, permission)
    participants.require_contract_in_force(actor, now)
    if actor.outlet is not None:
        participants.require_outlet_not_suspended(actor.outlet, now)


def _held(issuer_id: int, serial_number: bytes) -> Certificate:
    """The certificate, with its serial number held, so that two requests cannot both succeed."""
    hold(issuer_id, serial_number)
    try:
        return issuance.certificate(issuer_id, serial_number)
    except CertificateUnknown:
        raise SerialUnknown from None


def _rules(certificate: Certificate) -> Mapping[Asker, RevocationRule]:
    return catalogue.certificate_type(certificate.type_code, certificate.not_before).revocation


def _suspend(
    certificate: Certificate, actor: Actor, now: datetime, *, asked: Asked | None = None
) -> Suspension:
    issuer_id, serial_number = certificate.issuer_id, bytes(certificate.serial_number)
    require_suspension_offered(_rules(certificate))
    if asked is not None:
        reason = CRLReason.UNSPECIFIED if asked.reason is None else asked.reason
        asked = replace(asked, reason=reason)
        require_may_ask(asked.by, reason, may_have_held(_rules(certificate)))
    if certificate.not_after <= now:
        raise CertificateExpired
    if revocation_of(issuer_id, serial_number) is not None:
        raise AlreadyRevoked
    if open_suspensions(issuer_id, serial_number).exists() or _began(issuer_id, serial_number, now):
        raise AlreadySuspended
    suspension = Suspension.objects.create(
        issuer_id=issuer_id, serial_number=serial_number, suspended_at=_second(now)
    )
    rows: list[Suspension | HoldRequest] = [suspension]
    if asked is not None:
        about = CertificateId(issuer_id, serial_number)
        rows.append(take_down(asked, HoldRequest.Act.SUSPEND, about=about, actor=actor, at=_second(now)))
    _tell(rows, issuer_id, serial_number, actor, now)
    hand_on(CertificateSuspended(issuer_id, serial_number.hex()))
    return suspension


def _began(issuer_id: int, serial_number: bytes, now: datetime) -> bool:
    """Whether one began in this very second, and is over: another would be taken for it."""
    own = {"issuer_id": issuer_id, "serial_number": serial_number}
    return Suspension.objects.filter(**own, suspended_at=_second(now)).exists()


def _tell(
    rows: Sequence[Suspension | Release | HoldRequest],
    issuer_id: int,
    serial_number: bytes,
    actor: Actor,
    now: datetime,
) -> None:
    public: dict[str, str | int] = {"issuer": issuer_id, "serial_number": serial_number.hex()}
    leave(public=public, payload={"actor": actor.id}, now=now, outlet=actor.outlet, rows=rows)


def _second(now: datetime) -> datetime:
    """The moment as a list says it, and as the leaf does."""
    return now.replace(microsecond=0)
