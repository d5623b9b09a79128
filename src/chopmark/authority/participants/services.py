"""Opening and closing logins, numbering subscribers, suspending outlets. Signing in is in `sign_in`."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import ANONYMOUS, Actor, ActorKind
from chopmark.authority.participants.clearing import add_clearance, record_clearance
from chopmark.authority.participants.errors import (
    LoginClosed,
    LoginNumberTaken,
    LoginUnknown,
    OutletNotSuspended,
    WelcomeExpired,
    WelcomeUnknown,
)
from chopmark.authority.participants.leaving import end_access, staff_leaves
from chopmark.authority.participants.models import (
    Login,
    OutletSuspension,
    RoleAssignment,
    Subscriber,
    WelcomeLink,
)
from chopmark.authority.participants.permissions import Permission, Role, require_roles
from chopmark.authority.participants.policy import require_password_good
from chopmark.authority.participants.selectors import (
    actor_of,
    actor_of_login,
    contract_in_force,
    outlet_states,
    require_any_permission,
    require_contract_in_force,
    require_outlet_known,
    require_outlet_not_suspended,
    require_outlet_open,
    require_permission,
    require_staff,
    roles_of,
)
from chopmark.authority.participants.sign_in import (
    begin_totp,
    confirm_totp,
    give_recovery_codes,
    prove_again,
    sign_in_applicant,
    sign_in_staff,
)
from chopmark.authority.participants.states import ClearanceKind

__all__ = [
    "FOUNDER",
    "accept_welcome",
    "actor_of",
    "actor_of_login",
    "begin_totp",
    "close_login",
    "confirm_totp",
    "contract_in_force",
    "give_recovery_codes",
    "open_applicant_login",
    "outlet_states",
    "prove_again",
    "record_clearance",
    "register_staff",
    "require_contract_in_force",
    "require_outlet_known",
    "require_outlet_not_suspended",
    "require_outlet_open",
    "require_permission",
    "resume_outlet",
    "roles_of",
    "sign_in_applicant",
    "sign_in_staff",
    "staff_leaves",
    "subscriber_for",
    "suspend_outlet",
    "welcome_again",
    "welcome_for",
]

WELCOME_FOR = timedelta(days=3)

# Registers the first people, when there is nobody yet: whoever sets the authority up, on its own machine.
FOUNDER = Actor(
    kind=ActorKind.SYSTEM, id="setup", permissions=frozenset({str(Permission.CONSOLE_STAFF_REGISTER)})
)


@act(AuditTag.STAFF_REGISTERED)
def register_staff(
    *,
    number: str,
    name: str,
    kind: ActorKind,
    roles: Collection[Role],
    outlet: str | None,
    vetted_on: date,
    nondisclosure_on: date,
    actor: Actor,
    now: datetime,
) -> str:
    """Open a login for a member of staff, without a password (CPS 5.2); answers the token of a welcome link,
    shown once. Whoever is not vetted, or has not signed the non-disclosure agreement, has none (CPS 5.3).
    """
    # 1. The registrar may, and the roles may be held together.
    require_permission(actor, Permission.CONSOLE_STAFF_REGISTER)
    require_roles(kind, roles)
    if outlet is not None:
        require_outlet_known(outlet)

    # 2. Login, roles, what she is cleared by, and link.
    login = _open(number, kind, None, now, display_name=name, outlet=outlet or "")
    RoleAssignment.objects.bulk_create(
        RoleAssignment(login=login, role=role, starts_at=now, given_by=actor.id)
        for role in sorted(set(roles))
    )
    days = {ClearanceKind.VETTING: vetted_on, ClearanceKind.NONDISCLOSURE: nondisclosure_on}
    cleared = [add_clearance(login, kind, day, by=actor.id, now=now) for kind, day in days.items()]
    token = _welcome(login, now)
    leave(
        payload={
            "actor": actor.id,
            "login": number,
            "kind": kind,
            "roles": sorted(set(roles)),
            "outlet": outlet,
        },
        rows=cleared,
        now=now,
    )
    return token


def _open(number: str, kind: ActorKind, password: str | None, now: datetime, **details: str) -> Login:
    if Login.objects.filter(number=number).exists():
        raise LoginNumberTaken(number=number)
    login = Login(number=number, kind=kind, opened_at=now, **details)
    login.set_password(password)  # None: a password that nothing matches
    login.save(force_insert=True)
    return login


def _welcome(login: Login, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    WelcomeLink.objects.create(token_sha256=_digest(token), login=login, expires_at=now + WELCOME_FOR)
    return token


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@act(AuditTag.STAFF_WELCOMED_AGAIN)
def welcome_again(*, number: str, actor: Actor, now: datetime) -> str:
    """Give a member of staff a new welcome link, for one that lapsed or an enrolment that was not finished;
    older links end.
    """
    require_permission(actor, Permission.CONSOLE_STAFF_REGISTER)
    login = require_staff(number)
    if not login.is_active:
        raise LoginClosed(number=number)
    WelcomeLink.objects.filter(login=login, used_at=None).update(used_at=now)
    token = _welcome(login, now)
    leave(payload={"actor": actor.id, "login": number}, now=now)
    return token


def welcome_for(token: str, now: datetime) -> Login:
    """Whose welcome link this is, while it can be used."""
    link = (
        WelcomeLink.objects.select_related("login").filter(token_sha256=_digest(token), used_at=None).first()
    )
    if link is None:
        raise WelcomeUnknown
    if link.expires_at <= now:
        raise WelcomeExpired
    return link.login


def accept_welcome(*, token: str, password: str, now: datetime) -> Login:
    """Set the first password by a welcome link; it stays good until the authenticator is enrolled.

    Were it used up here, a lost answer would leave somebody with a password and no way to a device.
    """
    return _accept_welcome(token=token, password=password, actor=ANONYMOUS, now=now)


@act(AuditTag.STAFF_WELCOMED)
def _accept_welcome(*, token: str, password: str, actor: Actor, now: datetime) -> Login:
    login = welcome_for(token, now)
    if not login.is_active:
        raise LoginClosed
    require_password_good(password)
    # Another password ends the session that enrols under the one before: the last to come is the one who can finish.
    login.set_password(password)
    login.save(update_fields=["password"])
    leave(payload={"login": login.number}, now=now)
    return login


@act(AuditTag.LOGIN_OPENED)
def open_applicant_login(*, number: str, password: str, actor: Actor, now: datetime) -> Login:
    """Open a login for an applicant under her application's reference, with the password she chose; nothing
    else is known of her.
    """
    require_password_good(password)
    login = _open(number, ActorKind.APPLICANT, password, now)
    leave(payload={"login": number}, now=now)
    return login


@act(AuditTag.LOGIN_CLOSED)
def close_login(*, number: str, actor: Actor, now: datetime) -> None:
    """Close a login and end its roles for good (C82); what is signed in with it ends with its next
    request.
    """
    require_permission(actor, Permission.CONSOLE_LOGIN_CLOSE)
    login = Login.objects.filter(number=number).first()
    if login is None:
        raise LoginUnknown(number=number)
    end_access(login, now)
    leave(payload={"actor": actor.id, "login": number}, now=now)


def subscriber_for(record_id: UUID, now: datetime) -> Subscriber:
    """The subscriber that the owner's record stands for, with a number of its own from the first time on
    (C10).
    """
    known = Subscriber.objects.filter(record_id=record_id).first()
    if known is not None:
        return known
    with connection.cursor() as cursor:
        cursor.execute("select nextval('participants_srn')")
        (number,) = cursor.fetchone()
    subscriber, _ = Subscriber.objects.get_or_create(
        record_id=record_id, defaults={"srn": f"{number:010d}", "created_at": now}
    )
    return subscriber


@act(AuditTag.OUTLET_SUSPENDED)
def suspend_outlet(*, outlet: str, reason: str, actor: Actor, now: datetime) -> None:
    """Stop all e-Cert work at an outlet from now on (C28)."""
    _require_may_suspend(actor)
    require_outlet_known(outlet)
    require_outlet_not_suspended(outlet, now)
    OutletSuspension.objects.create(outlet=outlet, reason=reason, starts_at=now)
    leave(payload={"actor": actor.id, "outlet": outlet, "reason": reason}, now=now, outlet=outlet)


@act(AuditTag.OUTLET_RESUMED)
def resume_outlet(*, outlet: str, actor: Actor, now: datetime) -> None:
    """Let a suspended outlet work again."""
    _require_may_suspend(actor)
    if not OutletSuspension.objects.filter(outlet=outlet, ends_at=None).update(ends_at=now):
        raise OutletNotSuspended(outlet=outlet)
    leave(payload={"actor": actor.id, "outlet": outlet}, now=now, outlet=outlet)


def _require_may_suspend(actor: Actor) -> None:
    require_any_permission(actor, (Permission.CONSOLE_OUTLET_SUSPEND, Permission.SUPERVISOR_OUTLET_SUSPEND))
