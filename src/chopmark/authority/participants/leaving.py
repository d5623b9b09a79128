"""Somebody of the staff leaves, and whatever let her in ends with the same act (C82)."""

from datetime import date, datetime, timedelta

from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.reading import current
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants.errors import AccessOfOnesOwn, LeavingDayWrong, LoginClosed
from chopmark.authority.participants.models import Departure, Login, RoleAssignment, WelcomeLink
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.selectors import require_permission, require_staff
from chopmark.authority.participants.states import ReasonToLeave

FARTHEST = timedelta(days=366)


@act(AuditTag.STAFF_LEFT)
def staff_leaves(
    *, number: str, leaves_on: date, reason: ReasonToLeave, actor: Actor, now: datetime
) -> Departure:
    """Somebody leaves on a day, and her access ends now whichever day it is: roles, sessions, device, links."""
    # 1. The registrar may, and not for herself; the day is near.
    require_permission(actor, Permission.CONSOLE_LOGIN_CLOSE)
    if number == actor.id:
        raise AccessOfOnesOwn
    if abs(leaves_on - current().authority.day_of(now)) > FARTHEST:
        raise LeavingDayWrong(day=str(leaves_on))

    # 2. Nothing lets her in any more, and it is written down.
    login = require_staff(number)
    end_access(login, now)
    departure = Departure.objects.create(
        login=login, leaves_on=leaves_on, reason=reason, recorded_by=actor.id, recorded_at=now
    )
    said = {"login": number, "leaves_on": str(leaves_on), "reason": reason}
    leave(payload={"actor": actor.id, **said}, rows=[departure], now=now)
    return departure


def end_access(login: Login, now: datetime) -> None:
    """Close a login for good: a session ends with its next request, and there is nothing left to begin another with."""
    if not Login.objects.filter(pk=login.pk, is_active=True).update(is_active=False):
        raise LoginClosed(number=login.number)
    login.set_unusable_password()  # which every session of hers is bound to
    login.save(update_fields=["password"])
    RoleAssignment.objects.filter(login=login, ends_at=None).update(ends_at=now)
    WelcomeLink.objects.filter(login=login, used_at=None).update(used_at=now)
    TOTPDevice.objects.filter(user=login).delete()
    StaticDevice.objects.filter(user=login).delete()
