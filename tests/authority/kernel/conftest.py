"""An event of nobody's, and those who hear it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from chopmark.authority.kernel import outbox

NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rang:
    """Somebody rang a bell."""

    bell: str


@dataclass
class Ear:
    """A handler that remembers, and can be told what to do with a bell."""

    heard: list[str] = field(default_factory=list)
    at: dict[str, Callable[[], None]] = field(default_factory=dict)

    def __call__(self, events, now):
        for event in events:
            self.at.get(event.bell, lambda: None)()
            self.heard.append(event.bell)


@pytest.fixture
def rang(monkeypatch):
    """The event, registered for this test alone."""
    monkeypatch.setitem(outbox._events, "bell.rang", Rang)
    monkeypatch.setitem(outbox._name_of, Rang, "bell.rang")
    return Rang


@pytest.fixture
def ear():
    return Ear()


@pytest.fixture
def rings(db, rang):
    def ring(*bells: str) -> None:
        for bell in bells:
            outbox.hand_on(rang(bell))

    return ring


@pytest.fixture
def drains(rang, ear):
    def drain(now=NOON, *, more=()) -> int:
        return outbox.drain({rang: [ear, *more]}, now=now)

    return drain
