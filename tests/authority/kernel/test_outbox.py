"""Hand-overs: written with the effect, delivered at least once afterwards."""

import importlib
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import timedelta

import pytest
from django.db import DatabaseError, connections, transaction

from authority.kernel.conftest import NOON
from authority.signing_stage import Broken, it_fails
from chopmark.authority import pipeline
from chopmark.authority.kernel import outbox
from chopmark.authority.kernel.models import Handover
from chopmark.authority.kernel.outbox import LATEST_RETRY, LEASE, SOONEST_RETRY, NotYet
from world import NAME, at, waiting

A_MOMENT = timedelta(milliseconds=1)


def test_it_works(rings, drains, ear):
    rings("one", "two")

    assert drains() == 2
    assert ear.heard == ["one", "two"]
    assert drains() == 0
    assert not waiting()


def test_what_is_rolled_back_was_never_said(rings, drains, ear):
    with pytest.raises(Broken), transaction.atomic():
        rings("one")
        raise Broken

    assert drains() == 0
    assert not Handover.objects.exists()


def test_every_handler_hears(rings, drains, ear, rang):
    other = type(ear)()
    rings("one")
    drains(more=[other])

    assert ear.heard == other.heard == ["one"]


def test_one_that_fails_does_not_stop_the_others(rings, drains, ear):
    rings("one", "bad", "two")
    ear.at["bad"] = it_fails

    assert drains() == 2
    assert ear.heard == ["one", "two"]


def test_what_failed_is_told_again_ever_more_slowly(rings, drains, ear):
    rings("bad")
    ear.at["bad"] = it_fails
    now, waits = NOON, []
    for _ in range(14):
        drains(now)
        due_at = Handover.objects.get().due_at
        waits.append(due_at - now)
        assert drains(due_at - A_MOMENT) == 0
        now = due_at

    assert waits[:3] == [SOONEST_RETRY, SOONEST_RETRY * 2, SOONEST_RETRY * 4]
    assert waits[-1] == LATEST_RETRY
    del ear.at["bad"]
    assert drains(now) == 1
    assert ear.heard == ["bad"]


def test_after_a_failure_every_handler_hears_again(rings, drains, ear, rang):
    """At least once: the first had heard it when the second failed."""
    other = type(ear)()
    other.at["one"] = it_fails
    rings("one")
    drains(more=[other])
    other.at.clear()
    drains(NOON + SOONEST_RETRY, more=[other])

    assert ear.heard == ["one", "one"]
    assert other.heard == ["one"]


def test_not_yet_is_no_failure_and_waits_no_longer_each_time(rings, drains, ear, caplog):
    def not_yet():
        raise NotYet

    rings("early")
    ear.at["early"] = not_yet
    now = NOON
    for _ in range(20):
        drains(now)
        now += SOONEST_RETRY
        assert Handover.objects.get().due_at == now

    assert "handover_failed" not in caplog.text
    ear.at.clear()
    assert drains(now) == 1


def test_a_failure_is_logged_without_what_it_said(rings, drains, ear, caplog):
    """A message may quote a row, and a row may be about somebody."""

    def fail():
        raise DatabaseError(f"DETAIL: Key (subject_name)=({NAME})")

    rings("bad")
    ear.at["bad"] = fail
    drains()

    assert "handover_failed" in caplog.text
    assert NAME not in caplog.text


def test_what_was_waited_for_all_night_still_counts_its_attempts(rings, drains, ear):
    """Four attempts a second are more than a smallint holds after two hours and a half."""

    def not_yet():
        raise NotYet

    rings("early")
    Handover.objects.update(attempts=2**15 - 1)
    ear.at["early"] = not_yet
    drains()

    assert Handover.objects.get().attempts == 2**15


def test_many_who_wait_for_a_signer_that_is_away_hold_up_nobody(rings, rang, ear):
    """They fall due again before the last of them was asked; news comes first all the same."""

    def not_yet():
        raise NotYet

    rings(*["early"] * 30)
    ear.at["early"] = not_yet
    outbox.drain({rang: [ear]}, now=NOON, limit=30)
    rings("news")
    outbox.drain({rang: [ear]}, now=NOON + LATEST_RETRY, limit=10)

    assert ear.heard == ["news"]


def test_what_comes_last_waits_for_what_was_put_back(rings, rang, drains, ear, monkeypatch):
    """A million letters stand due before the one hand-over that failed a moment ago, and holds up a list."""
    rings("list")
    ear.at["list"] = it_fails
    drains(NOON)
    ear.at.clear()
    letter = type("Letter", (rang,), {})
    monkeypatch.setitem(outbox._events, "letter.asked", letter)
    monkeypatch.setitem(outbox._name_of, letter, "letter.asked")
    monkeypatch.setattr(outbox, "_last", {*outbox._last, "letter.asked"})
    for number in range(20):
        outbox.hand_on(letter(f"letter {number}"), due_at=NOON - LEASE)

    def drains_all():
        return outbox.drain({rang: [ear], letter: [ear]}, now=NOON + LATEST_RETRY)

    assert (drains_all(), ear.heard) == (1, ["list"])
    assert (drains_all(), ear.heard) == (1, ["list", "letter 0"])  # each with a lease of its own
    rings("news")
    assert (drains_all(), ear.heard[2:]) == (1, ["news"])


def test_whatever_a_whole_population_is_offered_and_told_comes_last():
    importlib.import_module("chopmark.authority.pipeline")  # all events there are
    assert outbox._last >= {
        "campaign.replacement_to_tell",
        "certificates.holders_to_tell",
        "chunk.accepted",
        "chunk.to_offer",
        "chunk.to_tell",
    }


def test_while_one_worker_is_at_it_another_leaves_it_alone(rings, drains, ear):
    """The first is still telling when the second looks."""
    told_meanwhile = []
    ear.at["slow"] = lambda: told_meanwhile.append(drains(NOON + LEASE - A_MOMENT))
    rings("slow")

    assert drains() == 1
    assert told_meanwhile == [0]
    assert ear.heard == ["slow"]


def test_what_a_worker_took_and_died_of_is_told_by_the_next(rings, drains, ear):
    def dies():
        raise KeyboardInterrupt

    rings("last words")
    ear.at["last words"] = dies
    with pytest.raises(KeyboardInterrupt):
        drains()
    ear.at.clear()

    assert drains(NOON + LEASE - A_MOMENT) == 0
    assert drains(NOON + LEASE) == 1


def test_an_event_that_nobody_knows_waits_and_stops_nobody(rings, drains, ear):
    """A newer web process hands on what an older worker has no word for."""
    Handover.objects.create(name="moon.landed", facts={}, handed_on_at=NOON, due_at=outbox.AT_ONCE)
    rings("one")

    assert drains() == 1
    assert Handover.objects.get(handled_at=None).name == "moon.landed"


def test_facts_that_do_not_fit_wait_and_stop_nobody(rings, drains, ear):
    Handover.objects.create(name="bell.rang", facts={"drum": 1}, handed_on_at=NOON, due_at=outbox.AT_ONCE)
    rings("one")

    assert drains() == 1
    assert ear.heard == ["one"]


def test_it_says_how_long_until_something_is_due(rings, drains, ear):
    assert outbox.seconds_until_next(NOON) is None
    rings("bad")
    assert outbox.seconds_until_next(NOON) == 0
    ear.at["bad"] = it_fails
    drains()
    assert outbox.seconds_until_next(NOON) == SOONEST_RETRY.total_seconds()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_each_thing_once(rings, rang, ear):
    bells = [f"bell {number}" for number in range(30)]
    rings(*bells)
    together = threading.Barrier(2, timeout=20)

    def drain(_):
        together.wait()
        try:
            with at("worker"):
                return outbox.drain({rang: [ear]}, now=NOON, limit=len(bells))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as workers:
        done = list(workers.map(drain, range(2)))

    assert sum(done) == 30
    assert sorted(ear.heard) == sorted(bells)


@pytest.mark.django_db(transaction=True)
def test_a_worker_hears_of_it_when_it_commits(rings):
    with connections["default"].cursor() as cursor:
        cursor.execute("listen handover")
    connection = connections["default"].connection
    with transaction.atomic():
        rings("one")
        assert list(connection.notifies(timeout=0)) == []

    assert [told.channel for told in connection.notifies(timeout=5, stop_after=1)] == ["handover"]


def test_every_event_has_somebody_who_hears_it():
    events = set(outbox.registered().values())
    assert events == set(pipeline.ROUTES)


def test_events_hold_nothing_but_plain_words_and_numbers():
    for kind in outbox.registered().values():
        # A fact that came later is absent from what an older version handed on.
        assert {field.type for field in fields(kind)} <= {int, str, int | None}, kind
