"""Officers who may sign in at the desk: registered by the owner, each with a password and a device."""

import hashlib
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.strongroom import leaves
from chopmark.strongroom.actors import OWNER, Actor
from chopmark.strongroom.errors import (
    OfficerAlreadyRegistered,
    OfficerNumberMalformed,
    OfficerSignInRefused,
    OfficerUnknown,
    OneTimeCodeWrong,
    PasswordTooWeak,
    WelcomeLinkSpent,
)
from chopmark.strongroom.leaves import act
from chopmark.strongroom.models import Officer
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.tags import Tag

WELCOME_FOR = timedelta(days=7)
_NUMBER = re.compile(r"[A-Za-z0-9]{3,16}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """An officer in front of her welcome page: what her device must be told."""

    officer: Officer
    device: TOTPDevice


def register(number: str, name: str, now: datetime, *, role: OfficerRole = OfficerRole.COUNTER) -> str:
    """Let an officer in; answers the token of her one-time link. Again, before she used it: a new link."""
    token = secrets.token_urlsafe(32)
    _register(number=number, name=name, digest=_digest(token), role=role, actor=OWNER, now=now)
    return token


@act(Tag.OFFICER_REGISTERED)
def _register(
    *, number: str, name: str, digest: bytes, role: OfficerRole, actor: Actor, now: datetime
) -> None:
    if not _NUMBER.fullmatch(number):
        raise OfficerNumberMalformed
    officer = Officer.objects.filter(number=number).first()
    if officer is None:
        officer = Officer(number=number, registered_at=now, password=make_password(None))
    elif officer.welcome_digest is None:
        raise OfficerAlreadyRegistered
    officer.name, officer.welcome_digest, officer.welcome_until = name, digest, now + WELCOME_FOR
    officer.role = role
    officer.save()
    TOTPDevice.objects.filter(user=officer).delete()
    TOTPDevice.objects.create(user=officer, name="first", confirmed=False)
    leaves.leave(actor=actor, payload={"officer": number, "role": role}, now=now)


def welcomed_by(token: str, now: datetime) -> Enrolment:
    """Whom a one-time link is for, while it is good."""
    officer = Officer.objects.filter(welcome_digest=_digest(token), left_at=None).first()
    if officer is None or officer.welcome_until is None or officer.welcome_until <= now:
        raise WelcomeLinkSpent
    return Enrolment(officer=officer, device=TOTPDevice.objects.get(user=officer))


@act(Tag.OFFICER_WELCOMED)
def welcome(*, token: str, password: str, code: str, actor: Actor, now: datetime) -> Officer:
    """Set an officer's password and confirm her device; the link is spent."""
    enrolment = welcomed_by(token, now)
    officer, device = enrolment.officer, enrolment.device
    _require_good_password(password)
    if not device.verify_token(code):
        raise OneTimeCodeWrong
    device.confirmed = True
    device.save()
    officer.password = make_password(password)
    officer.welcome_digest = officer.welcome_until = None
    # Nothing but these: the owner may be ending her credential at this moment, and that must stand.
    officer.save(update_fields=["password", "welcome_digest", "welcome_until"])
    leaves.leave(actor=actor, payload={"officer": officer.number}, now=now)
    return officer


@act(Tag.OFFICER_SIGNED_IN)
def note_sign_in(*, actor: Actor, now: datetime) -> None:
    """Leave a leaf for a sign-in that has succeeded."""
    leaves.leave(actor=actor, payload={}, now=now)


def note_wrong_sign_in(number: str, now: datetime) -> None:
    """Leave a refusal's leaf when somebody failed to sign in as one of our officers; a number of nobody's is no news."""
    if Officer.objects.filter(number=number, left_at=None).exists():
        with suppress(OfficerSignInRefused):
            _refuse_sign_in(actor=Actor.officer(number), now=now)


@act(Tag.OFFICER_SIGNED_IN)
def _refuse_sign_in(*, actor: Actor, now: datetime) -> None:
    raise OfficerSignInRefused


def leave(number: str, now: datetime) -> None:
    """End an officer's credential for good: password, device, link and session; again changes nothing."""
    _leave(number=number, actor=OWNER, now=now)


@act(Tag.OFFICER_LEFT)
def _leave(*, number: str, actor: Actor, now: datetime) -> None:
    officer = Officer.objects.filter(number=number).first()
    if officer is None:
        raise OfficerUnknown
    end(officer, now)
    leaves.leave(actor=actor, payload={"officer": number}, now=now)


def end(officer: Officer, now: datetime) -> None:
    """End her password, device and link; a session ends too, since the desk asks for `left_at` on every page."""
    officer.left_at = officer.left_at or now
    officer.password = make_password(None)
    officer.welcome_digest = officer.welcome_until = None
    officer.save()
    TOTPDevice.objects.filter(user=officer).delete()


def _require_good_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError:
        raise PasswordTooWeak from None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
