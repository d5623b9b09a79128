from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.ledger.services import check_books
from chopmark.authority.participants.permissions import Permission

PACKS = Path(__file__).parents[3] / "src" / "chopmark" / "packs"
NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)  # a Monday, 10:42 in Hong Kong


@pytest.fixture(autouse=True)
def _demonstration(settings):
    settings.CHOPMARK_PACKS = (PACKS / "hongkong", PACKS / "demo")


@pytest.fixture
def sound_books(db) -> Iterator[None]:
    """Whatever a test did to the money, the books balance after it."""
    yield
    check_books()


@pytest.fixture
def lee() -> Actor:
    """LEE Wing Sze, who takes fees at Tsim Sha Tsui."""
    return Actor(
        kind=ActorKind.OFFICER,
        id="20417",
        outlet="TST",
        permissions=frozenset({Permission.COUNTER_PAYMENT_TAKE}),
    )


@pytest.fixture
def applicant() -> Actor:
    return Actor(
        kind=ActorKind.APPLICANT, id="AP261100001", permissions=frozenset({Permission.PORTAL_PAYMENT_MAKE})
    )
