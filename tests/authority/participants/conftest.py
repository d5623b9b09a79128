from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django_otp.oath import hotp
from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants.models import Login
from chopmark.authority.participants.permissions import PERMISSIONS_OF, Role
from chopmark.authority.participants.services import (
    FOUNDER,
    accept_welcome,
    begin_totp,
    confirm_totp,
    register_staff,
)

PACKS = Path(__file__).parents[3] / "src" / "chopmark" / "packs"
# A Monday, 10:42 in Hong Kong.
NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
PASSWORD = "seven-quiet-ferries"


@pytest.fixture(autouse=True)
def _demonstration(settings):
    settings.CHOPMARK_PACKS = (PACKS / "hongkong", PACKS / "demo")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, and opens nothing


@pytest.fixture
def registrar() -> Actor:
    return Actor(
        kind=ActorKind.OPERATOR,
        id="30001",
        permissions=frozenset(PERMISSIONS_OF[Role.REGISTRAR]),
    )


@pytest.fixture
def request_of():
    """A browser's request, with a session."""

    def make():
        request = RequestFactory().post("/staff/sign-in")
        request.session = SessionStore()
        request.user = AnonymousUser()
        return request

    return make


@pytest.fixture
def code_at():
    """What the authenticator of a login shows at a moment."""

    def show(login, moment):
        device = TOTPDevice.objects.filter(user=login).latest("pk")
        return f"{hotp(device.bin_key, int(moment.timestamp()) // device.step):06d}"

    return show


@pytest.fixture
def lee(db, code_at) -> Login:
    """LEE Wing Sze, intake officer at Tsim Sha Tsui, with password and authenticator."""
    token = register_staff(
        number="20417",
        name="LEE Wing Sze",
        kind=ActorKind.OFFICER,
        roles=[Role.INTAKE_OFFICER],
        outlet="TST",
        vetted_on=NOON.date(),
        nondisclosure_on=NOON.date(),
        actor=FOUNDER,
        now=NOON,
    )
    login = accept_welcome(token=token, password=PASSWORD, now=NOON)
    begin_totp(login)
    confirm_totp(login=login, code=code_at(login, NOON), now=NOON)
    return login


@pytest.fixture
def later():
    return NOON + timedelta(minutes=5)
