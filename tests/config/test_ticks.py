"""The clock of a worker whose PostgreSQL was started anew under it."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from chopmark.authority.kernel import clock
from chopmark.config import ticks, worker_main
from chopmark.config.installing import superuser
from world import NOON


def _asked() -> int:
    """Through the connector by which ticks are put into the queue, in the thread that it uses."""

    async def ask() -> int:
        row = await app.connector.execute_query_one_async("select pg_backend_pid() as process")
        return int(row["process"])

    return asyncio.run(ask())


@pytest.fixture
def orphaned(db, cluster):
    """That thread's connection, whose other end is gone."""
    process = _asked()
    with superuser(cluster) as connection:
        connection.execute("select pg_terminate_backend(%s, 5000)", [process])
    yield
    asyncio.run(sync_to_async(connections.close_all)())


def test_it_works(orphaned):
    with pytest.raises(ConnectorException):
        _asked()
    asyncio.run(ticks.forget_connections())
    assert _asked()


def test_without_it_no_later_loop_would_get_through(orphaned):
    for _ in range(3):
        with pytest.raises(ConnectorException):
            _asked()


@pytest.mark.parametrize(("silent_for", "is_well"), [(5, True), (29, True), (31, False), (3600, False)])
def test_a_worker_whose_clock_stands_is_not_well(db, monkeypatch, silent_for, is_well):
    began = NOON - timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(ticks, "last_asked", lambda: int(NOON.timestamp()) - silent_for)
    assert worker_main._clock_goes(began) is is_well


def test_a_worker_that_has_just_begun_had_no_time_for_a_tick(db, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    assert worker_main._clock_goes(NOON - timedelta(seconds=1))


def test_the_last_tick_is_read_under_the_grants_of_the_worker(as_process):
    with as_process("worker"):
        assert ticks.last_asked() == 0
