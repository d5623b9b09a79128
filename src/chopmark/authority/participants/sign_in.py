"""Signing in: staff by number, password and one-time code; applicants by number and password."""

from datetime import datetime

from django.contrib.auth import authenticate
from django.contrib.auth import login as begin_session
from django.http import HttpRequest
from django_otp import login as begin_proven_session
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import ANONYMOUS, Actor
from chopmark.authority.participants import totp
from chopmark.authority.participants.errors import OneTimeCodeWrong, SignInRefused
from chopmark.authority.participants.models import Login, StaffSignIn, WelcomeLink
from chopmark.authority.participants.selectors import actor_of


def begin_totp(login: Login) -> str:
    """Begin the enrolment of an authenticator; answers the otpauth address that its QR code shows."""
    return totp.begin(login)


def confirm_totp(*, login: Login, code: str, now: datetime) -> None:
    """End the enrolment with the first code; from here on the login cannot be used without one."""
    _confirm_totp(login=login, code=code, actor=actor_of(login, now), now=now)


@act(AuditTag.STAFF_ENROLLED)
def _confirm_totp(*, login: Login, code: str, actor: Actor, now: datetime) -> None:
    if not totp.confirm(login, code, now):
        raise OneTimeCodeWrong
    # The welcome is over: whoever comes second with the same link finds it used.
    WelcomeLink.objects.filter(login=login, used_at=None).update(used_at=now)
    leave(payload={"login": login.number}, now=now)


def give_recovery_codes(*, login: Login, now: datetime) -> list[str]:
    """New recovery codes in place of the old, to be shown once."""
    return _give_recovery_codes(login=login, actor=actor_of(login, now), now=now)


@act(AuditTag.STAFF_RECOVERY_CODES_GIVEN)
def _give_recovery_codes(*, login: Login, actor: Actor, now: datetime) -> list[str]:
    codes = totp.give_recovery_codes(login)
    leave(payload={"login": login.number}, now=now)
    return codes


def sign_in_staff(*, number: str, password: str, code: str, request: HttpRequest, now: datetime) -> Actor:
    """Begin a session for a member of staff who has shown password and one-time code; says nothing of what
    did not fit.
    """
    # Outside the act: what is counted against guessing must stand when the sign-in is refused.
    found = _proven(number, password, request)
    login = found if found is not None and found.is_staff_login else None
    device = totp.device_for(login, code, now) if login is not None else None
    return _enter_staff(login=login, device=device, number=number, request=request, actor=ANONYMOUS, now=now)


@act(AuditTag.STAFF_SIGNED_IN)
def _enter_staff(
    *,
    login: Login | None,
    device: TOTPDevice | StaticDevice | None,
    number: str,
    request: HttpRequest,
    actor: Actor,
    now: datetime,
) -> Actor:
    if login is None or device is None:
        raise SignInRefused
    # First whether she may act: a session that has begun would stand after the rollback.
    entered = actor_of(login, now)
    begin_session(request, login, backend="django.contrib.auth.backends.ModelBackend")
    begin_proven_session(request, device)
    by = "recovery" if isinstance(device, StaticDevice) else "totp"
    _note(login, by, now=now, outlet=entered.outlet)
    return entered


def _note(login: Login, device: str, *, now: datetime, outlet: str | None) -> None:
    seen = StaffSignIn.objects.create(login=login, at=now)
    leave(payload={"login": login.number, "device": device}, rows=[seen], now=now, outlet=outlet)


def enter_by_code(*, number: str, code: str, now: datetime) -> Actor:
    """An operator at the command line who has shown a one-time code; her account on the machine is the other factor."""
    login = Login.objects.filter(number=number, is_active=True).first()
    known = login if login is not None and login.is_staff_login else None
    # Outside the act, as above.
    device = totp.device_for(known, code, now) if known is not None else None
    return _enter_by_code(login=known, is_proven=device is not None, number=number, actor=ANONYMOUS, now=now)


@act(AuditTag.STAFF_SIGNED_IN)
def _enter_by_code(
    *, login: Login | None, is_proven: bool, number: str, actor: Actor, now: datetime
) -> Actor:
    if login is None or not is_proven:
        raise SignInRefused
    entered = actor_of(login, now)
    _note(login, "command line", now=now, outlet=None)
    return entered


def prove_again(*, actor: Actor, code: str, now: datetime) -> None:
    """She who is signed in shows a fresh one-time code before an act that a session left open must not do."""
    login = Login.objects.filter(number=actor.id, is_active=True).first()
    # Outside the act, as above.
    device = totp.device_for(login, code, now) if login is not None and login.is_staff_login else None
    _prove_again(is_proven=device is not None, actor=actor, now=now)


@act(AuditTag.STAFF_PROVED_AGAIN)
def _prove_again(*, is_proven: bool, actor: Actor, now: datetime) -> None:
    if not is_proven:
        raise OneTimeCodeWrong
    leave(payload={"login": actor.id}, now=now)


def sign_in_applicant(*, number: str, password: str, request: HttpRequest, now: datetime) -> Actor:
    """Begin a session for an applicant or subscriber who has shown her password."""
    found = _proven(number, password, request)
    login = found if found is not None and not found.is_staff_login else None
    return _enter_applicant(login=login, number=number, request=request, actor=ANONYMOUS, now=now)


@act(AuditTag.APPLICANT_SIGNED_IN)
def _enter_applicant(
    *, login: Login | None, number: str, request: HttpRequest, actor: Actor, now: datetime
) -> Actor:
    if login is None:
        raise SignInRefused
    begin_session(request, login, backend="django.contrib.auth.backends.ModelBackend")
    leave(payload={"login": number}, now=now)
    return actor_of(login, now)


def _proven(number: str, password: str, request: HttpRequest) -> Login | None:
    """The active login with this number and password; axes counts the failures, and locks."""
    found = authenticate(request, number=number, password=password)
    return found if isinstance(found, Login) else None
