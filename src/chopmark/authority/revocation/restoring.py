"""After a restore from yesterday's backup: what the log says was revoked, suspended or released since is in the tables again.

The public log is ahead of the tables then, and every revocation's leaf says all that its row does: issuer, serial number, reason
and second. The rows are other rows, with leaves of their own; the old leaves stay where they are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, models, transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.services import require_permission
from chopmark.authority.revocation.events import (
    CertificateReleased,
    CertificateRevoked,
    CertificateSuspended,
)
from chopmark.authority.revocation.models import Release, Revocation, Suspension
from chopmark.authority.revocation.selectors import open_suspensions, revocation_of
from chopmark.authority.revocation.services import hold
from chopmark.authority.revocation.suspending import end_open
from chopmark.pki.crl import CRLReason

REVOKED = frozenset(
    {
        AuditTag.CERTIFICATE_REVOKED_BY_AUTHORITY,
        AuditTag.CERTIFICATE_REVOKED_BY_OFFICER,
        AuditTag.CERTIFICATE_REVOKED_BY_SUBSCRIBER,
    }
)
SUSPENDED = frozenset(
    {AuditTag.CERTIFICATE_SUSPENDED_BY_OFFICER, AuditTag.CERTIFICATE_SUSPENDED_BY_SUBSCRIBER}
)
RELEASED = frozenset({AuditTag.CERTIFICATE_RELEASED_BY_OFFICER})
TOLD = REVOKED | SUSPENDED | RELEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one entry of the log says of a serial number."""

    position: int
    tag: AuditTag
    issuer_id: int
    serial_number: bytes
    at: datetime
    reason: CRLReason | None = None


def restore(*, told: Iterable[Told], actor: Actor, now: datetime) -> int:
    """Bring back what the log tells and the tables have not, in the log's order; again it does nothing. Answers how many."""
    require_permission(actor, Permission.CONSOLE_CERTIFICATE_REVOKE)
    return sum(_restore(one, actor, now) for one in told)


@transaction.atomic
def _restore(told: Told, actor: Actor, now: datetime) -> bool:
    # Held before it is looked for: officers work meanwhile.
    hold(told.issuer_id, told.serial_number)
    if _is_there(told):
        return False
    try:
        restore_one(told=told, actor=actor, now=now)
    except IntegrityError:  # a campaign was at it meanwhile, which takes no locks (`mass`)
        if _is_there(told):
            return False
        raise
    return True


@act(AuditTag.REVOCATION_RESTORED)
def restore_one(*, told: Told, actor: Actor, now: datetime) -> None:
    """One fact again as it was, with its own moment; its leaf names the entry that told of it."""
    rows, event = _made(told)
    leave(
        public={
            "issuer": told.issuer_id,
            "serial_number": told.serial_number.hex(),
            "position": told.position,
        },
        payload={"actor": actor.id},
        now=now,
        rows=rows,
    )
    hand_on(event)


def _is_there(told: Told) -> bool:
    own = {"issuer_id": told.issuer_id, "serial_number": told.serial_number}
    if told.tag in REVOKED:
        return revocation_of(told.issuer_id, told.serial_number) is not None
    if told.tag in SUSPENDED:
        return Suspension.objects.filter(**own, suspended_at=told.at).exists()
    if Release.objects.filter(**own, released_at=told.at).exists():
        return True
    # Somebody released it since: what is over needs no other end.
    return not open_suspensions(told.issuer_id, told.serial_number).filter(suspended_at__lte=told.at).exists()


def _made(
    told: Told,
) -> tuple[Sequence[models.Model], CertificateReleased | CertificateRevoked | CertificateSuspended]:
    own = {"issuer_id": told.issuer_id, "serial_number": told.serial_number}
    named, at = (told.issuer_id, told.serial_number.hex()), int(told.at.timestamp())
    if told.tag in REVOKED:
        reason = told.reason or CRLReason.UNSPECIFIED
        revocation = Revocation.objects.create(**own, reason=int(reason), revoked_at=told.at)
        return [revocation], CertificateRevoked(*named, int(reason), at=at)
    if told.tag in SUSPENDED:
        return [Suspension.objects.create(**own, suspended_at=told.at)], CertificateSuspended(*named, at=at)
    # The log's order: its suspension was told of before, and is there.
    return end_open(told.issuer_id, told.serial_number, at=told.at), CertificateReleased(*named, at=at)
