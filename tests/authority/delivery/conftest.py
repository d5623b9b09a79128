"""A certificate on its way to its subscriber."""

import pytest

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.verification import handlers


@pytest.fixture
def recorded(world):
    """Signed and recorded; its leaf is under no checkpoint yet."""
    application = world.approved()
    world.hears()
    world.signs()
    return application


@pytest.fixture
def offered(world):
    """Asha's application, whose certificate waits for her to look at it."""
    return by_reference(world.issued().application_reference)


@pytest.fixture
def repository(settings):
    """The names of the certificates that the world can fetch."""

    def names():
        return {path.name for path in (settings.CHOPMARK_PUBLIC_DIR / "repository").glob("*")}

    return names


@pytest.fixture
def no_case_to_close(monkeypatch):
    """There is no strongroom here, and the worker gives a case back when it is told of an answer."""
    monkeypatch.setattr(handlers.Strongroom, "open_case_for_notices", lambda *_, **__: None)
