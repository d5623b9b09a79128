"""The sequencer: gives every leaf its place, asks for a checkpoint, makes public what is signed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections

from chopmark.authority.kernel import clock
from chopmark.authority.transparency.publishing import publish, require_known
from chopmark.authority.transparency.sequencing import sequence_batch
from chopmark.publiclog.errors import DatabaseBehindLog

if TYPE_CHECKING:
    import psycopg

log = structlog.get_logger("sequencer")

POLL_SECONDS = 1.0
# Leaves come one by one; a checkpoint for each would make more tiles and signatures than leaves.
GATHER_SECONDS = 0.1


def sequence_once(now: datetime) -> int:
    """Every visible leaf has a position, a checkpoint over all is requested, the newest signed one is public.

    Answers how many leaves got their position. A crash anywhere is made good by the next call. `DatabaseBehindLog`, before
    anything is written, if the public checkpoint is one that the database does not know.
    """
    require_known(settings.CHOPMARK_LOG_DIR)
    sequenced = 0
    while taken := sequence_batch(now):
        sequenced += taken
    publish(settings.CHOPMARK_LOG_DIR)
    return sequenced


def run_forever(stop: threading.Event) -> None:
    """Sequence whenever a leaf or a checkpoint commits, and every second, until told to stop."""
    while not stop.is_set():
        try:
            with _listening() as listener:
                while not stop.is_set():
                    sequence_once(clock.now())
                    stop.wait(GATHER_SECONDS)
                    _wait(listener)
        except DatabaseBehindLog as refusal:
            # Only a person can help: the log stands still until the database is brought up to what is public.
            log.critical("log_stopped", code=refusal.code, details=refusal.details)
            stop.wait(POLL_SECONDS)
        # A lost database, a full disk, a fault of ours: the log must go on when it is over.
        except Exception as error:  # noqa: BLE001  # logged, and the same work is tried again
            details = getattr(error, "details", None)
            log.warning("sequencer_interrupted", error=type(error).__name__, details=details)
            connection.close()
            stop.wait(POLL_SECONDS)


@contextmanager
def _listening() -> "Iterator[psycopg.Connection]":
    """A connection of its own, since the other one is in and out of transactions."""
    own = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with own.cursor() as cursor:
            cursor.execute("listen leaf")
            cursor.execute("listen checkpoint")
        yield own.connection
    finally:
        own.close()


def _wait(listener: "psycopg.Connection") -> None:
    """Until somebody notifies, or the poll is due; what was notified in the meantime counts."""
    for _ in listener.notifies(timeout=POLL_SECONDS, stop_after=1):
        pass
