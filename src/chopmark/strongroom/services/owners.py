"""Officers by their own credential: whoever signs in the owner's name is a person, never a shared key."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.pki.refusals import Refusal
from chopmark.strongroom.actors import Actor, ActorKind
from chopmark.strongroom.errors import OfficerSignInRefused, SupervisorOnlyLooks, TooManyAttempts
from chopmark.strongroom.leaves import act, if_refused, leave
from chopmark.strongroom.models import Officer, WrongSignIn
from chopmark.strongroom.policy.errors import OfficerNotSignedIn, OwnerOfficerNeeded
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.tags import Tag

_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What a person knows and what her device shows now."""

    number: str
    password: str = field(repr=False)
    code: str = field(repr=False)


def require_officer(actor: Actor) -> Officer:
    """The actor is an officer whom the owner still lets in to act: asked of the table, not of a session."""
    officer = Officer.objects.filter(number=actor.id, left_at=None, welcome_digest=None).first()
    if actor.kind is not ActorKind.OFFICER or officer is None:
        raise OfficerNotSignedIn
    if officer.role == OfficerRole.SUPERVISOR:
        raise SupervisorOnlyLooks
    return officer  # type: ignore[no-any-return]  # its manager


def require_owner(actor: Actor) -> Officer:
    """The actor is an officer of the owner's own."""
    officer = require_officer(actor)
    if officer.role != OfficerRole.OWNER:
        raise OwnerOfficerNeeded
    return officer


@act(Tag.OFFICER_PROVED)
def prove(*, credential: Credential, actor: Actor, now: datetime) -> Actor:
    """Who is at the command line, by password and one-time code; the code is spent with this act.

    `actor` is only whose command line it is. Somebody's number is tried a few times in a quarter of an hour.
    """
    # 1. Not too many wrong ones already; a wrong one is counted after the rollback, with its refusal's leaf.
    tried = hashlib.sha256(b"officer " + credential.number.encode()).digest()
    _require_few_wrong(tried, now)
    if_refused(lambda refusal: _count_wrong(refusal, tried, now))

    # 2. The person: held, so that one code is good once, whoever types it side by side.
    officers = Officer.objects.select_for_update(no_key=True).filter(left_at=None, welcome_digest=None)
    officer = officers.filter(number=credential.number).first()
    if officer is None or not officer.check_password(credential.password):
        raise OfficerSignInRefused
    devices = TOTPDevice.objects.filter(user=officer, confirmed=True)
    if not any(device.verify_token(credential.code) for device in devices):
        raise OfficerSignInRefused
    leave(actor=actor, payload={"officer": officer.number}, now=now)
    return Actor.officer(officer.number)


def _require_few_wrong(tried: bytes, now: datetime) -> None:
    wrong = WrongSignIn.objects.filter(blind_index=tried, at__gt=now - _WINDOW)
    if wrong.count() >= terms().limits.officer_proofs_wrong_in_a_quarter:
        raise TooManyAttempts


def _count_wrong(refusal: Refusal, tried: bytes, now: datetime) -> None:
    if isinstance(refusal, OfficerSignInRefused):
        WrongSignIn.objects.create(blind_index=tried, at=now)
