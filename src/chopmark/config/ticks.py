"""What the clock asks for: each tick is a job in the queue, so that of many workers one does it."""

import asyncio
import contextlib
import threading
from datetime import timedelta
from typing import cast

import psycopg
import structlog
from django.db import DatabaseError
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException

from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import process

log = structlog.get_logger("ticks")
WORKER = process("worker")
WAIT_SECONDS = 1.0
# An offer that nobody answered for this long has lapsed (CPS 4.4.1).
UNANSWERED_FOR = timedelta(days=30)

# The sixth field is seconds.
EVERY_FIVE_SECONDS = "* * * * * */5"
EVERY_MINUTE = "* * * * *"
EVERY_HOUR = "7 * * * *"


@app.periodic(cron=EVERY_FIVE_SECONDS)
@app.task(queue="ticks", queueing_lock="spent_claims")
def spent_claims(timestamp: int) -> None:
    """What a signer that died had claimed is marked spent, so that its serial number is revoked and the work done anew."""
    from chopmark.authority.issuance.services import mark_spent_claims
    from chopmark.authority.keymaking.services import request_spent_again

    mark_spent_claims(actor=WORKER, now=clock.now())
    request_spent_again(actor=WORKER, now=clock.now())


@app.periodic(cron=EVERY_HOUR)
@app.task(queue="ticks", queueing_lock="lapsed_offers")
def lapsed_offers(timestamp: int) -> None:
    """Offers that nobody answered lapse, and their certificates are revoked."""
    from chopmark.authority.delivery.services import lapse, unanswered

    for reference in unanswered(now=clock.now(), after=UNANSWERED_FOR):
        lapse(reference=reference, actor=WORKER, now=clock.now())


def run_forever(stop: threading.Event) -> None:
    """Do the jobs of the queue until told to stop; a lost database is waited for."""
    while not stop.is_set():
        try:
            asyncio.run(_work(stop))
        except (ConnectorException, DatabaseError, psycopg.Error) as error:
            log.warning("database_lost", error=type(error).__name__)
            stop.wait(WAIT_SECONDS)


async def _work(stop: threading.Event) -> None:
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
