"""What the store does not believe: a database put back, a round that failed, a row that somebody made up."""

import threading

import psycopg
import pytest
from django.db import ProgrammingError, connection

from authority.signing_stage import NOON
from authority.validation.status_stage import (
    ASHA,
    BALA,
    is_revoked,
    record,
    release,
    revoke,
    suspend,
)
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.validation import status_feed
from chopmark.authority.validation.models import StatusChange
from chopmark.authority.validation.status import GOOD, UNKNOWN, key_of
from chopmark.authority.validation.status_feed import follow
from chopmark.authority.validation.status_store import StatusStore
from world import at

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_release_makes_nothing_good_that_was_never_recorded(store, tmp_path):
    """A hold comes back from the log without its certificate; a thief releases what was spent."""
    suspend(ASHA)
    follow(store)
    assert is_revoked(store, ASHA)
    release(ASHA)
    release(BALA)
    assert follow(store) == [key_of(1, ASHA)]
    assert [store.status_of(1, serial) for serial in (ASHA, BALA)] == [UNKNOWN] * 2
    with StatusStore(tmp_path / "anew") as anew:
        follow(anew)
        assert [anew.status_of(1, serial) for serial in (ASHA, BALA)] == [UNKNOWN] * 2

    record(ASHA)
    follow(store)
    assert store.status_of(1, ASHA) == GOOD


@pytest.mark.parametrize("role", ["web", "worker", "signer", "operator", "responder"])
def test_nobody_writes_down_a_change_by_himself(store, role):
    """One such row would have every responder read every certificate, ten times a second."""
    with pytest.raises(ProgrammingError, match="permission denied"), at(role), connection.cursor() as cursor:
        cursor.execute(
            "insert into validation_statuschange (xid, source, first_id, last_id)"
            " values (2 ^ 62, 'certificate', 0, 2 ^ 62)"
        )


def test_who_may_record_leaves_a_change_all_the_same(store):
    with at("signer"):
        record(ASHA)
    with at("web"):
        revoke(BALA)
    assert sorted(follow(store)) == [key_of(1, ASHA), key_of(1, BALA)]


def test_a_change_of_a_transaction_that_never_began_is_not_read(store):
    StatusChange.objects.create(xid=2**62, source="certificate", first_id=0, last_id=2**63 - 1)
    assert status_feed._look(store.horizon).changes == []


@pytest.fixture
def rolled_back(store):
    """A database put back from its files: its last change is gone, and its numbers are given out once more."""

    def run(**changes):
        record(ASHA)
        follow(store)
        was = StatusChange.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("alter table validation_statuschange disable trigger user")
            StatusChange.objects.all().delete()
            cursor.execute("alter table issuance_certificate disable trigger user")
            Certificate.objects.all().delete()
            record(BALA)
            cursor.execute("alter table issuance_certificate enable trigger user")
            cursor.execute("alter table validation_statuschange enable trigger user")
        again = {
            name: getattr(was, name) for name in ("id", "xid", "source", "first_id", "last_id", "noted_at")
        }
        StatusChange.objects.create(**again | changes)

    return run


@pytest.mark.parametrize(
    "changes",
    [{"xid": 7}, {"last_id": 99}, {"id": 99}, {"noted_at": NOON}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_database_that_was_put_back_from_its_files_is_read_anew(store, rolled_back, changes):
    """Its name and its timeline are the same, and its transactions have passed where it was."""
    rolled_back(**changes)
    assert follow(store) is None
    assert store.status_of(1, ASHA) == UNKNOWN
    assert store.status_of(1, BALA) == GOOD
    assert follow(store) == []


def test_a_database_whose_last_change_stands_is_followed(store, rolled_back):
    rolled_back()
    assert follow(store) == []


def test_what_was_seen_last_outlives_a_restart(tmp_path, monkeypatch):
    with StatusStore(tmp_path / "status") as store:
        follow(store)
        record(ASHA)
        follow(store)
        assert store.horizon.last_id == StatusChange.objects.get().pk
    monkeypatch.setattr(status_feed, "_fill", None)  # would be called, and fail
    with StatusStore(tmp_path / "status") as warm:
        assert warm.horizon.last
        assert follow(warm) == []


def test_after_a_round_that_failed_anything_may_be_another_now(store, monkeypatch):
    """The file may have kept what it was filled with, though the database failed before the round could say so."""
    monkeypatch.setattr(status_feed, "LOST_SECONDS", 0.01)
    stop, heard, said = (
        threading.Event(),
        [],
        iter([[b"one"], psycopg.OperationalError(), [b"two"], [b"three"]]),
    )

    def next_round(_):
        outcome = next(said)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def told(_, changed, __):
        heard.append(changed)
        if len(heard) == 3:
            stop.set()

    monkeypatch.setattr(status_feed, "follow", next_round)
    status_feed._rounds(store, told, stop)
    assert heard == [None, None, [b"three"]]
