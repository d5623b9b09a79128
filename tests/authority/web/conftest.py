"""The faces' stage: their settings, and people who come in by the front door."""

import pytest
from django.conf import settings as conf
from django.test import Client, override_settings

from authority.web.world import OWNERS_PUBLIC_KEY, Officer, begin, come_home
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants.permissions import Role
from chopmark.config.words import compile_words

compile_words()


@pytest.fixture(autouse=True)
def faces(db):
    templates = [{**conf.TEMPLATES[0], "OPTIONS": {**conf.TEMPLATES[0]["OPTIONS"]}}]
    processors = templates[0]["OPTIONS"]["context_processors"]
    templates[0]["OPTIONS"]["context_processors"] = [
        *[one for one in processors if not one.endswith("look.context.face")],
        "chopmark.look.context.face",
    ]
    with override_settings(
        FORM_RENDERER="chopmark.look.forms.LookRenderer",
        CHOPMARK_FACE="chopmark.authority.web.faces.face",
        TEMPLATES=templates,
        CHOPMARK_DESK_RECEIPT_KEY=OWNERS_PUBLIC_KEY,
        # Sessions of staff are hashed dozens of times here; nothing is guarded by it.
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def asha() -> Client:
    """Asha's browser."""
    return Client()


@pytest.fixture
def her_number(asha) -> str:
    """The number of Asha's application, which has begun."""
    return begin(asha)


@pytest.fixture
def submitted(her_number) -> str:
    """Asha's application with the owner's receipt."""
    come_home(her_number)
    return her_number


@pytest.fixture
def intake() -> Officer:
    return Officer("20417", Role.INTAKE_OFFICER).enter()


@pytest.fixture
def second() -> Officer:
    return Officer("20588", Role.RELEASE_OFFICER).enter()


@pytest.fixture
def registrar() -> Officer:
    return Officer("31099", Role.REGISTRAR, ActorKind.OPERATOR).enter()


@pytest.fixture
def supervisor() -> Officer:
    return Officer("70031", Role.SUPERVISOR, ActorKind.SUPERVISOR).enter()


@pytest.fixture
def operator() -> Officer:
    return Officer("31140", Role.OPERATOR, ActorKind.OPERATOR).enter()
