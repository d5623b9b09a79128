"""Who somebody is, and what the pack and the suspensions say of an outlet or a day."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chopmark.authority.catalogue.pack import Contract, Outlet
from chopmark.authority.catalogue.reading import current
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants import policy
from chopmark.authority.participants.errors import (
    AccessSuspended,
    LoginClosed,
    LoginUnknown,
    OutletSuspended,
    OutletUnknown,
    PermissionMissing,
)
from chopmark.authority.participants.models import (
    AccessDecision,
    AccessSuspension,
    Clearance,
    Login,
    OutletSuspension,
    RoleAssignment,
)
from chopmark.authority.participants.permissions import Permission, Role, permissions_of
from chopmark.authority.participants.states import ClearanceKind, Verdict
from chopmark.pki.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletState:
    """An outlet at a moment: open, or the code of why not, and its hours of that day."""

    outlet: Outlet
    closed_because: str | None
    hours: tuple[str, ...]


def actor_of(login: Login, now: datetime) -> Actor:
    """The actor that a login is at a moment: its kind, its outlet, and the permissions of the roles it holds
    then. Staff are one only while they are cleared, and no review has suspended them (C82).
    """
    if not login.is_active:
        raise LoginClosed
    if login.is_staff_login:
        policy.require_cleared(clearances_of(login.pk), current().authority.day_of(now))
        if is_suspended(login.pk):
            raise AccessSuspended
    kind = ActorKind(login.kind)
    return Actor(
        kind=kind,
        id=login.number,
        permissions=permissions_of(kind, roles_of(login, now)),
        outlet=login.outlet or None,
        participant_id=login.pk,
    )


def actor_of_login(login_id: int, *, now: datetime) -> Actor:
    login = Login.objects.filter(pk=login_id).first()
    if login is None:
        raise LoginUnknown
    return actor_of(login, now)


def clearances_of(login_id: int) -> Mapping[ClearanceKind, date]:
    """Until when the last of each kind counts."""
    found = Clearance.objects.filter(login_id=login_id).order_by("kind", "-pk").distinct("kind")
    return {ClearanceKind(kind): last for kind, last in found.values_list("kind", "valid_until")}


def ending_soon(login_id: int, *, now: datetime) -> Mapping[ClearanceKind, date]:
    """Of what somebody is cleared by, what ends within the days of the pack."""
    pack = current()
    last_quiet_day = pack.authority.day_of(now) + timedelta(days=pack.access.warn_days)
    return {kind: last for kind, last in clearances_of(login_id).items() if last < last_quiet_day}


def is_suspended(login_id: int) -> bool:
    """Whether a review passed her over when it was due, and neither it nor a later one confirmed her.

    By the reviews' numbers: the clock that suspends and the one that confirms are two machines'.
    """
    last = AccessSuspension.objects.filter(login_id=login_id).order_by("-review").first()
    confirmed = AccessDecision.objects.filter(login_id=login_id, verdict=Verdict.CONFIRMED)
    return last is not None and not confirmed.filter(review__gte=last.review).exists()


def roles_of(login: Login, at: datetime) -> tuple[Role, ...]:
    held = RoleAssignment.objects.in_force(at).filter(login=login).order_by("role")
    return tuple(Role(role) for role in held.values_list("role", flat=True))


def require_permission(actor: Actor, permission: Permission) -> None:
    if permission not in actor.permissions:
        raise PermissionMissing(permission=permission)


def require_any_permission(actor: Actor, permissions: Collection[Permission]) -> None:
    """For what several faces may do, each by a word of its own."""
    if actor.permissions.isdisjoint(permissions):
        raise PermissionMissing(permission=min(permissions))


def require_outlet_known(code: str) -> Outlet:
    outlet = current().outlets.outlets.get(code)
    if outlet is None:
        raise OutletUnknown(outlet=code)
    return outlet


def require_outlet_open(code: str, now: datetime) -> None:
    """The outlet is one of ours, authorised, not suspended, and within its hours (C28)."""
    pack, outlet = current(), require_outlet_known(code)
    require_outlet_not_suspended(code, now)
    local = pack.authority.local(now)
    policy.require_open(outlet, local, holiday=policy.is_public_holiday(pack.outlets.holidays, local.date()))


def require_outlet_not_suspended(code: str, now: datetime) -> None:
    """Nothing at all is done from a suspended outlet, not even what has no hours (C28)."""
    if OutletSuspension.objects.in_force(now).filter(outlet=code).exists():
        raise OutletSuspended(outlet=code)


def outlet_states(now: datetime) -> tuple[OutletState, ...]:
    """Every outlet authorised on the day, for a page that tells people where to go."""
    day = current().authority.day_of(now)
    return tuple(_state(outlet, now) for outlet in current().outlets.outlets.values() if outlet.covers(day))


def _state(outlet: Outlet, now: datetime) -> OutletState:
    pack = current()
    local = pack.authority.local(now)
    holiday = policy.is_public_holiday(pack.outlets.holidays, local.date())
    try:
        require_outlet_open(outlet.code, now)
        closed_because = None
    except Refusal as refusal:
        closed_because = refusal.code
    hours = tuple(str(hours) for hours in outlet.hours.on(local.weekday(), holiday=holiday))
    return OutletState(outlet=outlet, closed_because=closed_because, hours=hours)


def contract_in_force(on: date) -> Contract | None:
    pack = current()
    return policy.contract_on(pack.contract.contracts, pack.authority.day_of(on))


def require_contract_in_force(actor: Actor, now: datetime) -> None:
    """An officer or operator acts only within the contract's days (C2)."""
    pack = current()
    policy.require_in_force(pack.contract, actor, pack.authority.day_of(now))


def require_staff(number: str) -> Login:
    """The login of a member of staff, whether or not it is closed."""
    login = Login.objects.filter(number=number).exclude(kind=ActorKind.APPLICANT).first()
    if login is None:
        raise LoginUnknown(number=number)
    return login


def is_registered(number: str) -> bool:
    return Login.objects.filter(number=number).exists()
