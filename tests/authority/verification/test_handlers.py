"""What the worker asks of the strongroom, outside any transaction of ours."""

from uuid import uuid4

import pytest
from django.db import transaction

from chopmark.authority.applications.events import ApplicationClosedUnissued, ApplicationSubmitted
from chopmark.authority.delivery.events import CertificateAccepted, CertificateDeclined
from chopmark.authority.kernel import outbox
from chopmark.authority.pipeline import ROUTES
from chopmark.authority.verification import handlers
from chopmark.authority.verification.selectors import evidence_of
from chopmark.strongroom.client import StrongroomRefused, StrongroomUnavailable
from world import NOON, at, handed_on


class Door:
    """The strongroom's machine door as the worker knows it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.others: list[object] = []
        self.closed = False
        self.over = ""

    def __call__(self, socket: object) -> "Door":
        return self

    def confirm_case(self, *, case: object, actor: str) -> None:
        self._ask("confirm", case)

    def find(self, *, case: object, purpose: str, actor: str, outlet: str) -> list[object]:
        self._ask(purpose, case)
        return self.others

    def close_case(self, *, case: object, actor: str) -> None:
        self._ask("close", case)

    def open_case_for_notices(self, *, case: object, actor: str) -> None:
        if self.over:
            raise StrongroomRefused(self.over)
        self._ask("keep notices", case)

    def _ask(self, verb: str, case: object) -> None:
        if self.closed:
            raise StrongroomUnavailable
        self.asked.append((verb, case))


@pytest.fixture
def door(monkeypatch):
    door = Door()
    monkeypatch.setattr(handlers, "Strongroom", door)
    return door


@pytest.fixture
def hears(stage):
    def drain(now=NOON):
        with at("worker"):
            return outbox.drain(ROUTES, now=now)

    return drain


def test_it_works(submitted, door, hears):
    assert hears() == 1

    assert door.asked == [("confirm", submitted.case_id), ("duplicate_check", submitted.case_id)]
    assert evidence_of(submitted.reference)["duplicate_check"].note == {"others": 0}


def test_others_of_the_same_person_are_a_number_and_never_which(submitted, door, hears):
    door.others = [uuid4(), uuid4()]
    hears()

    assert evidence_of(submitted.reference)["duplicate_check"].note == {"others": 2}


def test_a_strongroom_that_does_not_answer_is_asked_again(submitted, door, hears):
    door.closed = True
    assert hears() == 0
    assert handed_on() == ["application.submitted"]

    door.closed = False
    assert hears(NOON + outbox.LATEST_RETRY) == 1
    assert "duplicate_check" in evidence_of(submitted.reference)


def test_told_twice_it_asks_for_duplicates_once(submitted, door):
    told = [ApplicationSubmitted(submitted.reference)]
    handlers.check_duplicates(told, NOON)
    handlers.check_duplicates(told, NOON)

    assert [verb for verb, _ in door.asked] == ["duplicate_check"]


@pytest.mark.parametrize("ends", ["withdraws", "refuses"])
def test_the_case_is_closed_when_nothing_came_of_it(stage, submitted, door, hears, ends):
    hears()
    getattr(stage, ends)(submitted)
    hears()

    assert door.asked[-1] == ("close", submitted.case_id)


def test_no_case_is_worked_under_once_it_is_closed(stage, submitted, door):
    """The news of the application comes late: its case is closed, and asking under it would be refused for ever."""
    stage.withdraws(submitted)

    handlers.close_case([ApplicationClosedUnissued(submitted.reference)], NOON)
    handlers.confirm_cases([ApplicationSubmitted(submitted.reference)], NOON)
    handlers.check_duplicates([ApplicationSubmitted(submitted.reference)], NOON)

    assert [verb for verb, _ in door.asked] == ["close"]


def test_who_withdraws_before_she_was_at_the_desk_has_no_case_to_close(stage, door, hears):
    stage.withdraws(stage.begins())

    assert hears() == 1
    assert door.asked == []


def test_the_strongroom_is_never_asked_inside_a_transaction_of_ours(submitted, door, hears, monkeypatch):
    depth = len(transaction.get_connection().savepoint_ids)
    seen = []
    ask = Door._ask
    monkeypatch.setattr(
        Door,
        "_ask",
        lambda door, *told: (seen.append(len(transaction.get_connection().savepoint_ids)), ask(door, *told)),
    )
    hears()

    assert set(seen) == {depth}


@pytest.mark.parametrize("event", [CertificateAccepted, CertificateDeclined])
def test_the_case_is_given_back_for_notices_when_a_certificate_was_made(submitted, door, event):
    assert handlers.keep_notices in ROUTES[event]
    handlers.keep_notices([event(1, "40", submitted.reference)], NOON)

    assert door.asked == [("keep notices", submitted.case_id)]


def test_of_a_case_that_is_over_nothing_is_kept(submitted, door):
    door.over = "case_expired"
    handlers.keep_notices([CertificateAccepted(1, "40", submitted.reference)], NOON)

    assert door.asked == [("close", submitted.case_id)]


def test_any_other_refusal_is_asked_again(submitted, door):
    door.over = "asker_stopped"
    with pytest.raises(StrongroomRefused):
        handlers.keep_notices([CertificateAccepted(1, "40", submitted.reference)], NOON)
