"""What happens between several connections: late commits, two sequencers, a database that goes away."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections, transaction

from chopmark.authority.audit.models import Leaf
from chopmark.authority.transparency import sequencer
from chopmark.authority.transparency.models import CheckpointRequest, Horizon, Position
from chopmark.authority.transparency.sequencer import run_forever
from chopmark.pki.tlog.leaf import Leaf as LogLeaf
from chopmark.pki.tlog.leaf import commitment, encode_leaf
from chopmark.pki.tlog.merkle import leaf_hash

PATIENCE = 20


def insert_leaf(session: psycopg.Connection) -> int:
    entry = encode_leaf(LogLeaf(tag="application:begun", at=1, commitment=commitment(b"", b"")))
    row = session.execute(
        "insert into audit_leaf (entry, leaf_hash) values (%s, %s) returning id", [entry, leaf_hash(entry)]
    ).fetchone()
    assert row
    return row[0]


@pytest.fixture
def another_session(shared_house):
    """A connection of another process, in a transaction of its own."""
    other = connections.create_connection("default")
    other.connect()
    other.set_autocommit(False)
    yield other.connection
    other.rollback()
    other.close()


def sequenced() -> list[int]:
    return list(Position.objects.order_by("position").values_list("leaf_id", flat=True))


def test_it_works(shared_house):
    """Leaves and signatures that commit while it runs come out as a log that verifies."""
    stop = threading.Event()
    thread = threading.Thread(target=_in_thread, args=[stop])
    thread.start()
    try:
        for _ in range(3):
            shared_house.leave(5)
            _until(lambda: CheckpointRequest.objects.filter(size=Leaf.objects.count()).exists())
            shared_house.sign()
        _until(lambda: (shared_house.folder / "checkpoint").exists() and shared_house.verified().size == 15)
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_leaf_that_commits_after_a_later_one_is_not_lost(shared_house, another_session):
    early = insert_leaf(another_session)
    [late] = shared_house.leave()
    assert early < late
    assert shared_house.sequence() == 1
    # Many transactions pass; the one that is still open holds the horizon.
    for _ in range(3):
        shared_house.leave()
        shared_house.sequence()
    another_session.commit()

    assert shared_house.sequence() == 1
    assert sequenced()[0] == late and sequenced()[-1] == early
    assert len(set(sequenced())) == len(sequenced()) == 5


def test_a_leaf_of_a_transaction_that_rolled_back_leaves_no_gap(shared_house, another_session):
    insert_leaf(another_session)
    shared_house.leave()
    shared_house.sequence()
    another_session.rollback()
    shared_house.leave()
    shared_house.settle()

    assert list(Position.objects.values_list("position", flat=True).order_by("position")) == [0, 1]
    assert shared_house.verified().size == 2


def test_an_open_transaction_does_not_hold_up_the_log(shared_house, another_session):
    insert_leaf(another_session)
    shared_house.leave(3)
    shared_house.settle()

    assert shared_house.verified().size == 3


def test_the_horizon_moves_on_so_that_little_is_read_again(shared_house):
    shared_house.leave(3)
    # Other test processes share the cluster, and with it the oldest transaction that is open.
    oldest_open = transactions_before()
    shared_house.sequence()

    assert Horizon.objects.get().xid >= oldest_open


def transactions_before():
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]


def test_two_sequencers_at_once_give_each_leaf_one_position(shared_house):
    stop = threading.Event()
    with ThreadPoolExecutor(5) as pool:
        runners = [pool.submit(_in_thread, stop) for _ in range(2)]
        writers = [pool.submit(_leave_in_thread, shared_house, 40) for _ in range(3)]
        for writer in writers:
            writer.result(PATIENCE)
        _until(lambda: Position.objects.count() == 120)
        shared_house.sign()
        _until(lambda: (shared_house.folder / "checkpoint").exists() and shared_house.verified().size == 120)
        stop.set()
        for runner in runners:
            runner.result(PATIENCE)

    assert sorted(sequenced()) == sorted(Leaf.objects.values_list("id", flat=True))


def test_who_finds_another_at_work_does_nothing(shared_house, another_session):
    shared_house.leave()
    another_session.execute("select pg_advisory_xact_lock(%s)", [0x746C6F67])
    assert shared_house.sequence() == 0
    another_session.rollback()
    assert shared_house.sequence() == 1


def test_a_database_that_throws_everybody_out_is_come_back_to(shared_house, another_session, monkeypatch):
    monkeypatch.setattr(sequencer, "POLL_SECONDS", 0.05)
    stop = threading.Event()
    thread = threading.Thread(target=_in_thread, args=[stop])
    thread.start()
    try:
        shared_house.leave()
        _until(lambda: Position.objects.count() == 1)
        another_session.execute("set role postgres")
        another_session.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and pid not in (pg_backend_pid(), %s)",
            [connection.connection.info.backend_pid],
        )
        shared_house.leave()
        _until(lambda: Position.objects.count() == 2)
    finally:
        stop.set()
        thread.join(PATIENCE)
    assert not thread.is_alive()


def _in_thread(stop: threading.Event) -> None:
    try:
        run_forever(stop)
    finally:
        connections.close_all()


def _leave_in_thread(house, count):
    try:
        for _ in range(count):
            with transaction.atomic():
                house.leave()
    finally:
        connections.close_all()


def _until(condition) -> None:
    """Wait for what another thread does, as long as it takes it and no longer."""
    limit = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < limit, "it never came"
        threading.Event().wait(0.01)
