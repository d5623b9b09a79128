"""Two witnesses of the owner's log, elsewhere, and the quorum of her policy for a test to set."""

from datetime import timedelta

import pytest
from log_stage import House
from owners_stage import officers_are_in
from people import LATER, NOW, asha_applies

from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import asking, witnesses
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.services import leave_to_open
from chopmark.strongroom.services.leave_to_open import SubjectSession
from watching import Watching

A_MINUTE = timedelta(minutes=1)
MUCH_LATER = LATER + 31 * A_MINUTE


@pytest.fixture
def watching(strongroom, tmp_path, monkeypatch):
    found = Watching(tmp_path, own_key())
    monkeypatch.setattr(witnesses, "configured", found.configured)
    return found


@pytest.fixture
def house(watching, tmp_path):
    return House(tmp_path / "log")


@pytest.fixture
def quorum(monkeypatch):
    def set_(number):
        monkeypatch.setattr(witnesses, "quorum", lambda: number)

    return set_


def ask(watching, now=NOW):
    return asking.ask_all(now=now, post=watching.post)


def settle(house, watching, now=NOW):
    """Sign, ask, publish; answers how many witnesses cosigned."""
    house.publish()
    asked = ask(watching, now)
    house.publish()
    return asked


@pytest.fixture
def late(house, watching, quorum):
    """Asha's application and a case that she opened herself; since then no witness has answered for half an hour."""
    quorum(1)
    officers_are_in()
    asha = asha_applies()
    session = SubjectSession(record_id=asha.record_id, signed_in_at=LATER)
    hers = leave_to_open.open_case_by_subject(
        session=session, purpose="renewal", keys=keyring(), actor=SUBJECT, now=LATER
    )
    watching.away = {"one", "two"}
    house.publish()
    return asha, hers
