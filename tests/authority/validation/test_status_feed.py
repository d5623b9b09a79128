"""The store follows what commits, in whatever order it commits; every transaction here is a real one."""

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from authority.signing_stage import NOON
from authority.validation.status_stage import (
    ASHA,
    BALA,
    CHAN,
    SERIALS,
    certificate,
    is_revoked,
    record,
    release,
    revoke,
    suspend,
)
from chopmark.authority.custody import selectors as custody
from chopmark.authority.issuance.models import Certificate, Kind
from chopmark.authority.validation import status_feed
from chopmark.authority.validation.errors import DatabaseIsStandby, DatabaseLeftBehind
from chopmark.authority.validation.models import StatusChange
from chopmark.authority.validation.status import GOOD, UNKNOWN, key_of
from chopmark.authority.validation.status_feed import follow, run_forever
from chopmark.authority.validation.status_store import Horizon, StatusStore
from chopmark.pki.certificates import read_certificate
from chopmark.pki.crl import CRLReason
from chopmark.pki.ocsp import CertStatus

pytestmark = pytest.mark.django_db(transaction=True)
INSERT = (
    "insert into revocation_revocation (issuer_id, serial_number, reason, revoked_at) values (1, %s, 1, %s)"
)


@contextmanager
def another():
    """A connection of its own, in a transaction that is open until it is ended."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "host", "port", "user", "password", "options")}
    with psycopg.connect(**wanted) as other:
        yield other


def test_it_works(store):
    record(ASHA, BALA)
    assert sorted(follow(store)) == [key_of(1, ASHA), key_of(1, BALA)]
    assert store.status_of(1, ASHA) == GOOD
    assert store.status_of(1, CHAN) == UNKNOWN

    revoke(ASHA)
    assert follow(store) == [key_of(1, ASHA)]
    assert is_revoked(store, ASHA)
    assert store.status_of(1, BALA) == GOOD
    assert follow(store) == []


def test_an_empty_store_is_filled_with_what_was_there_before(tmp_path):
    record(*SERIALS)
    revoke(BALA)
    revoke(b"\x7a" * 16)  # spent: no certificate was recorded
    with StatusStore(tmp_path / "another") as store:
        follow(store)
        assert [store.status_of(1, serial) == GOOD for serial in SERIALS].count(True) == len(SERIALS) - 1
        assert is_revoked(store, BALA)
        assert is_revoked(store, b"\x7a" * 16)


def test_a_revocation_does_not_wait_for_an_older_transaction_that_stays_open(store):
    record(ASHA, BALA)
    with another() as older:
        older.execute(INSERT, [ASHA, NOON])  # has its id and its transaction before the other
        revoke(BALA)

        follow(store)
        assert is_revoked(store, BALA)
        assert store.status_of(1, ASHA) == GOOD

        for _ in range(3):  # rounds go by, and newer ones with changes
            revoke(SERIALS[10 + _])
            follow(store)
        older.commit()

    assert follow(store) == [key_of(1, ASHA)]
    assert is_revoked(store, ASHA)


def test_what_was_open_over_a_restart_is_not_missed(tmp_path):
    record(ASHA, BALA)
    with another() as older:
        older.execute(INSERT, [ASHA, NOON])
        with StatusStore(tmp_path / "status") as store:
            follow(store)  # filled while it is open
            revoke(BALA)
            follow(store)
        older.commit()
    with StatusStore(tmp_path / "status") as store:
        assert is_revoked(store, BALA)
        assert follow(store) == [key_of(1, ASHA)]


def test_a_transaction_that_is_rolled_back_says_nothing(store):
    record(ASHA)
    with another() as other:
        other.execute(INSERT, [ASHA, NOON])
        follow(store)
        other.rollback()
    assert follow(store) == []
    assert store.status_of(1, ASHA) == GOOD


def test_a_subtransaction_is_seen_with_the_whole(store):
    record(ASHA)
    with another() as other:
        other.execute("savepoint one")
        other.execute(INSERT, [ASHA, NOON])
        other.execute("release savepoint one")
        follow(store)
        revoke(BALA)
        follow(store)
        other.commit()
    follow(store)
    assert is_revoked(store, ASHA)


def test_rows_that_other_statements_added_between_are_read_when_they_commit(store):
    """Two campaigns side by side take their ids in turn."""
    with another() as one, another() as two:
        for number, serial in enumerate(SERIALS):
            (one, two)[number % 2].execute(INSERT, [serial, NOON])
        two.commit()
        follow(store)
        assert [is_revoked(store, serial) for serial in SERIALS] == [False, True] * 25
        one.commit()
    assert len(follow(store)) == 25
    assert all(is_revoked(store, serial) for serial in SERIALS)


def test_a_thousand_certificates_in_one_statement_leave_one_row_of_change(store):
    Certificate.objects.bulk_create(certificate(b"\x41" + n.to_bytes(15, "big")) for n in range(1000))
    assert StatusChange.objects.count() == 1
    assert len(follow(store)) == 1000


def test_a_precertificate_is_not_an_issued_certificate(store, tmp_path):
    Certificate.objects.bulk_create([certificate(ASHA, Kind.PRECERTIFICATE)])
    follow(store)
    assert store.status_of(1, ASHA) == UNKNOWN
    with StatusStore(tmp_path / "cold") as cold:
        follow(cold)
        assert cold.status_of(1, ASHA) == UNKNOWN
    Certificate.objects.bulk_create([certificate(ASHA, number=1)])
    follow(store)
    assert store.status_of(1, ASHA) == GOOD


def test_authority_certificates_have_a_status_too(store, ceremony, tmp_path):
    ceremony()
    issuing = custody.authority_by_slug("identity-1")
    serial = read_certificate(issuing.certificate_der).serial_number
    follow(store)
    with StatusStore(tmp_path / "cold") as cold:
        follow(cold)
        assert store.status_of(issuing.parent_id, serial) == GOOD
        assert cold.status_of(issuing.parent_id, serial) == GOOD


@pytest.mark.parametrize("strange", [{"database": "9/9/00000001"}, {"next": 2**40}])
def test_a_store_of_another_database_or_of_a_lost_future_is_filled_anew(store, strange):
    record(ASHA)
    follow(store)
    known = {"database": store.horizon.database, "next": store.horizon.next, **strange}
    store.apply([key_of(1, CHAN)], [], Horizon(**known))

    assert follow(store) is None  # anything may be another now

    assert store.status_of(1, CHAN) == UNKNOWN
    assert store.status_of(1, ASHA) == GOOD
    assert store.horizon.next < 2**40


def test_a_warm_store_reads_only_what_it_has_not(store, tmp_path, monkeypatch):
    record(*SERIALS)
    follow(store)
    store.close()
    monkeypatch.setattr(status_feed, "_fill", None)  # would be called, and fail
    record(b"\x51" * 16)
    with StatusStore(tmp_path / "status") as warm:
        assert key_of(1, b"\x51" * 16) in follow(warm)
        assert warm.status_of(1, ASHA) == GOOD


def test_a_standby_is_not_believed(store, monkeypatch):
    monkeypatch.setattr(
        status_feed, "_LOOK", status_feed._LOOK.replace("pg_is_in_recovery() as standby", "true as standby")
    )
    with pytest.raises(DatabaseIsStandby):
        follow(store)


def on_line(store, line):
    """What is known came from the same database, on that timeline."""
    name, _, ours = store.horizon.database.rpartition("/")
    store.horizon = replace(store.horizon, database=f"{name}/{int(ours, 16) + line:08X}")


def test_a_primary_that_another_took_over_from_is_not_followed(store):
    """Switched on again, it takes writes, and does not know what was revoked since."""
    record(ASHA)
    follow(store)
    on_line(store, +1)
    for _ in range(2):
        with pytest.raises(DatabaseLeftBehind):
            follow(store)


def test_a_standby_that_took_over_is_read_anew(store):
    record(ASHA)
    on_line(store, -1)
    assert follow(store) is None
    assert store.status_of(1, ASHA) == GOOD


class Heard:
    """Stands for the responder: what it was told, and a way to wait for the next time."""

    def __init__(self):
        self.rounds, self.changed, self.came = 0, [], threading.Condition()

    def __call__(self, store, changed, as_of):
        with self.came:
            self.store, self.as_of, self.rounds = store, as_of, self.rounds + 1
            self.changed += changed or ()
            self.came.notify_all()

    def wait_until(self, is_so):
        with self.came:
            assert self.came.wait_for(is_so, timeout=30)


@pytest.fixture
def following(tmp_path, monkeypatch):
    monkeypatch.setattr(status_feed, "ROUND_SECONDS", 0.01)
    monkeypatch.setattr(status_feed, "LOST_SECONDS", 0.01)
    heard, stop = Heard(), threading.Event()
    thread = threading.Thread(
        target=run_forever, args=(tmp_path / "followed",), kwargs={"told": heard, "stop": stop}
    )
    thread.start()
    yield heard
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_whoever_follows_hears_of_a_revocation_by_itself(following):
    following.wait_until(lambda: following.rounds > 0)
    record(ASHA)
    revoke(ASHA)
    following.wait_until(lambda: is_revoked(following.store, ASHA))
    assert key_of(1, ASHA) in following.changed


def test_it_follows_again_when_the_database_has_cut_it_off(following):
    following.wait_until(lambda: following.rounds > 0)
    with another() as other:
        other.execute("set role postgres")
        other.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid not in (pg_backend_pid(), %s)",
            [connection.connection.info.backend_pid if connection.connection else 0],
        )
    before = following.rounds
    revoke(ASHA)
    following.wait_until(lambda: following.rounds > before and is_revoked(following.store, ASHA))


def test_it_vouches_for_nothing_while_the_database_is_away(following, monkeypatch):
    following.wait_until(lambda: following.rounds > 0)
    tried = threading.Event()

    def away(store):
        tried.set()
        raise psycopg.OperationalError

    real = status_feed.follow
    monkeypatch.setattr(status_feed, "follow", away)
    assert tried.wait(30)
    vouched = following.as_of
    tried.clear()
    assert tried.wait(30)
    assert following.as_of == vouched
    monkeypatch.setattr(status_feed, "follow", real)
    following.wait_until(lambda: following.as_of > vouched + timedelta(0))


def test_a_hold_is_followed_and_its_release(store):
    record(ASHA, BALA)
    suspend(ASHA)
    follow(store)
    held = store.status_of(1, ASHA)
    assert (held.status, held.reason, held.revoked_at) == (
        CertStatus.REVOKED,
        CRLReason.CERTIFICATE_HOLD,
        NOON,
    )

    release(ASHA)
    assert follow(store) == [key_of(1, ASHA)]
    assert store.status_of(1, ASHA) == GOOD

    suspend(ASHA, NOON + timedelta(days=2))
    assert follow(store) == [key_of(1, ASHA)]
    assert is_revoked(store, ASHA)
    assert store.status_of(1, BALA) == GOOD


def test_what_is_revoked_stays_so_whatever_became_of_its_hold(store):
    record(ASHA, BALA)
    suspend(ASHA)
    suspend(BALA)
    follow(store)
    revoke(ASHA)
    release(ASHA)
    release(BALA)
    follow(store)
    assert store.status_of(1, ASHA).reason is CRLReason.KEY_COMPROMISE
    assert store.status_of(1, BALA) == GOOD


def test_a_store_that_is_filled_anew_knows_what_is_on_hold(tmp_path):
    record(ASHA, BALA, CHAN)
    for serial in (ASHA, BALA, CHAN):
        suspend(serial)
    release(BALA)
    revoke(CHAN)
    with StatusStore(tmp_path / "anew") as store:
        follow(store)
        reasons = [store.status_of(1, serial).reason for serial in (ASHA, CHAN)]
        assert reasons == [CRLReason.CERTIFICATE_HOLD, CRLReason.KEY_COMPROMISE]
        assert store.status_of(1, BALA) == GOOD
