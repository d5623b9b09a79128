"""What the clock asks for: each tick is a job in the queue, so that of many workers one does it."""

import asyncio
import contextlib
import threading
from typing import cast

import psycopg
import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections, connection, connections
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from chopmark.authority import pipeline
from chopmark.authority.kernel import clock

log = structlog.get_logger("ticks")
WAIT_SECONDS = 1.0
EVERY_FIVE_SECONDS = "* * * * * */5"  # the sixth field is seconds


@app.periodic(cron=EVERY_FIVE_SECONDS)
@app.task(queue="ticks", queueing_lock="tick")
def tick(timestamp: int) -> None:
    """Whatever is due by now; a tick that finds the last one still waiting is not put behind it."""
    close_old_connections()
    pipeline.tick(now=clock.now())


def last_asked() -> int:
    """When a tick was last put into the queue, in seconds since 1970; 0 if never."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(defer_timestamp), 0) from procrastinate_periodic_defers")
        return int(cursor.fetchone()[0])


def run_forever(stop: threading.Event) -> None:
    """Do the jobs of the queue until told to stop; a lost database is waited for."""
    while not stop.is_set():
        try:
            asyncio.run(_work(stop))
        except (ConnectorException, DatabaseError, psycopg.Error) as error:
            log.warning("database_lost", error=type(error).__name__)
        # The queue's worker may also end without a word, when one of its own side tasks has lost the database.
        stop.wait(WAIT_SECONDS)


async def forget_connections() -> None:
    """Close what the thread behind `sync_to_async` holds: it outlives every loop, and a dead connection with it.

    Ticks are put into the queue through that thread; with a connection that a restarted PostgreSQL does not know, none
    ever would be again.
    """
    await sync_to_async(connections.close_all)()


async def _work(stop: threading.Event) -> None:
    await forget_connections()
    connector = cast(DjangoConnector, app.connector)
    worker = app.with_connector(connector.get_worker_connector())
    async with worker.open_async():
        running = asyncio.create_task(
            worker.run_worker_async(
                name="worker",
                install_signal_handlers=False,
                delete_jobs="successful",
                shutdown_graceful_timeout=10,
            )
        )
        # The event is of threads, not of asyncio: it is looked at, not awaited.
        while not (stop.is_set() or running.done()):  # noqa: ASYNC110
            await asyncio.sleep(WAIT_SECONDS / 4)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
