"""The stage of journeys: the world of the services, its web pages, and a clock that stands still between steps."""

import pytest

from authority.conftest import quick_passwords, world  # noqa: F401  fixtures
from authority.delivery.conftest import no_case_to_close  # noqa: F401  a fixture
from chopmark.authority.kernel import clock
from chopmark.config.words import compile_words
from journeys.people import Wall
from world import NOON

compile_words()


@pytest.fixture
def wall(monkeypatch) -> Wall:
    """The clock on the wall, which everybody reads."""
    wall = Wall(NOON)
    monkeypatch.setattr(clock, "now", lambda: wall.now)
    return wall
