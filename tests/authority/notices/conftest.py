"""Asha's certificate, and the strongroom's door as the worker knows it."""

from datetime import datetime

import pytest

from chopmark.authority.notices import handlers
from chopmark.strongroom.client import Delivered, StrongroomRefused, StrongroomUnavailable


class Door:
    """Keeps each reference once; its answer may be lost after it has it."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.has: dict[str, dict[str, object]] = {}
        self.stands = Delivered(state="queued", channel="", ended_at=None)
        self.fails, self.loses, self.refuses = False, False, ""

    def __call__(self, socket: object) -> "Door":
        return self

    def deliver(self, *, reference: str, **wanted: object) -> Delivered:
        self.asked.append(wanted | {"reference": reference})
        if self.fails:
            raise StrongroomUnavailable
        if self.refuses:
            raise StrongroomRefused(self.refuses)
        assert self.has.setdefault(reference, wanted) == wanted
        if self.loses:
            raise StrongroomUnavailable
        return self.stands

    def sent(self, at: datetime, channel: str = "email") -> None:
        self.stands = Delivered(state="sent", channel=channel, ended_at=at)


@pytest.fixture
def door(monkeypatch) -> Door:
    door = Door()
    monkeypatch.setattr(handlers, "Strongroom", door)
    return door
