"""What a member of staff is cleared by (CPS 5.3): vetting and the non-disclosure agreement, each with its days."""

from datetime import date, datetime

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.selectors import months_later
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants.errors import AccessOfOnesOwn, ClearanceDayWrong
from chopmark.authority.participants.models import Clearance, Login
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.selectors import require_permission, require_staff
from chopmark.authority.participants.states import ClearanceKind


@act(AuditTag.STAFF_CLEARED)
def record_clearance(
    *, number: str, kind: ClearanceKind, done_on: date, actor: Actor, now: datetime
) -> Clearance:
    """Write down that somebody was vetted, or signed the agreement, on a day; until when it counts is the pack's word."""
    require_permission(actor, Permission.CONSOLE_STAFF_REGISTER)
    if number == actor.id:
        raise AccessOfOnesOwn
    clearance = add_clearance(require_staff(number), kind, done_on, by=actor.id, now=now)
    said = {"kind": kind, "done_on": str(done_on), "valid_until": str(clearance.valid_until)}
    leave(payload={"actor": actor.id, "login": number, **said}, rows=[clearance], now=now)
    return clearance


def add_clearance(login: Login, kind: ClearanceKind, done_on: date, *, by: str, now: datetime) -> Clearance:
    """The row alone, for an act that promises it."""
    pack = current()
    months = {
        ClearanceKind.VETTING: pack.access.vetting_months,
        ClearanceKind.NONDISCLOSURE: pack.access.nondisclosure_months,
    }
    today = pack.authority.day_of(now)
    valid_until = months_later(done_on, months[kind])
    if not done_on <= today <= valid_until:
        raise ClearanceDayWrong(kind=kind, day=str(done_on))
    return Clearance.objects.create(
        login=login, kind=kind, done_on=done_on, valid_until=valid_until, recorded_by=by, recorded_at=now
    )
