"""The worker: hears hand-overs, sequences the log, does what the clock asks for, keeps files. It holds no key."""

import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import structlog

log = structlog.get_logger("worker")
WAIT_SECONDS = 1.0
BEAT_SECONDS = 1.0
# Ticks come every five seconds; when none came for so long, lists and all that is due wait, and somebody must know.
CLOCK_STANDS_AFTER = timedelta(seconds=30)


def main() -> int:
    """Run until SIGTERM or SIGINT, or until one of the loops has died: whoever keeps this process starts it anew."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.config.settings")
    os.environ["CHOPMARK_PROCESS"] = "worker"
    django.setup()
    from chopmark.authority.kernel import clock
    from chopmark.authority.transparency import asking, sequencer, witnesses
    from chopmark.config import copies, ticks
    from chopmark.config.starting import say_started

    # What is loaded stays; the collector need not walk over it for each chunk of a campaign.
    gc.freeze()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    say_started("worker", stop)
    wanted = [hear, sequencer.run_forever, ticks.run_forever, copies.run_forever]
    if witnesses.configured():
        wanted.append(asking.run_forever)
    loops = [_started(loop, stop) for loop in wanted]
    began, is_ready = clock.now(), False
    while not stop.is_set() and all(loop.is_alive() for loop in loops):
        is_ready = is_ready or _lists_are_public()
        if is_ready and _clock_goes(began):
            _beat()
        stop.wait(BEAT_SECONDS)
    died = not stop.is_set()
    stop.set()
    for loop in loops:
        loop.join(timeout=10)
    return 1 if died else 0


def hear(stop: threading.Event) -> None:
    """Deliver hand-overs as they commit; a lost notification costs a second, a lost database is waited for."""
    import psycopg
    from django.db import OperationalError, connections

    while not stop.is_set():
        try:
            _listen_and_deliver(stop)
        # Django words what goes wrong in its cursors; the wait for a notification is psycopg's own.
        except (OperationalError, psycopg.OperationalError) as error:
            log.warning("database_lost", error=type(error).__name__)
            connections.close_all()
            stop.wait(WAIT_SECONDS)


def _listen_and_deliver(stop: threading.Event) -> None:
    from django.db import connection

    from chopmark.authority.kernel import clock, outbox
    from chopmark.authority.pipeline import drain

    with connection.cursor() as cursor:
        cursor.execute("listen handover")
    while not stop.is_set():
        if drain(now=clock.now()):
            continue
        due_in = outbox.seconds_until_next(clock.now())
        # At least a moment: what is due now and was not delivered is in another worker's hands.
        wait = min(WAIT_SECONDS, WAIT_SECONDS if due_in is None else max(due_in, 0.05))
        for _ in connection.connection.notifies(timeout=wait, stop_after=1):
            pass


def _started(loop: Callable[[threading.Event], None], stop: threading.Event) -> threading.Thread:
    thread = threading.Thread(
        target=loop, args=(stop,), name=f"{loop.__module__}.{loop.__name__}", daemon=True
    )
    thread.start()
    return thread


def _lists_are_public() -> bool:
    """Whether every list can be fetched: until then nobody is let in, or a certificate could name one that is not there."""
    from django.db import DatabaseError, connection

    from chopmark.authority.publication import selectors
    from chopmark.authority.publication.lists import all_lists

    try:
        return all(selectors.published(one.authority.id, one.shard) for one in all_lists())
    except DatabaseError:
        connection.close()
        return False


def _clock_goes(began: datetime) -> bool:
    """Whether some worker has put a tick into the queue lately, or there was no time for it yet."""
    from django.db import DatabaseError, connection

    from chopmark.authority.kernel import clock
    from chopmark.config import ticks

    if clock.now() - began < CLOCK_STANDS_AFTER:
        return True
    try:
        last = datetime.fromtimestamp(ticks.last_asked(), UTC)
    except DatabaseError:
        connection.close()
        return False
    return clock.now() - last < CLOCK_STANDS_AFTER


def _beat() -> None:
    if heartbeat := os.environ.get("CHOPMARK_HEARTBEAT"):
        Path(heartbeat).touch()


if __name__ == "__main__":
    sys.exit(main())
