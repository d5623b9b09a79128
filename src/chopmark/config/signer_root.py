"""The signer: a composition root that runs one `signing` module of each owning app and loads nothing else it can do without.

It listens on nothing. It wakes when a row that asks for a signature commits, or every second, and each door checks the
whole bytes again with the signer's own copy of the pack.
"""

import gc
import os
import secrets
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType

import structlog

from chopmark.authority.custody.token import Token
from chopmark.config.starting import say_started

log = structlog.get_logger("signer")
WAIT_SECONDS = 1.0


def main() -> int:
    """Run until SIGTERM or SIGINT."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.config.settings")
    os.environ["CHOPMARK_PROCESS"] = "signer"
    django.setup()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    say_started("signer", stop)
    run(stop)
    return 0


def run(stop: threading.Event) -> None:
    """Sign what waits, again and again; a lost database is waited for."""
    import django.db
    import psycopg

    from chopmark.authority.custody.opening import open_token
    from chopmark.authority.kernel import clock

    token = open_token()
    # What is loaded stays; the collector need not walk over it for each chunk of a campaign.
    gc.freeze()
    while not stop.is_set():
        try:
            with _alive(secrets.randbits(62)) as (claimer, wait):
                # A door that failed may have claimed before it did: this claimer's life ends, so that the worker sees its
                # unfinished claims as spent, and another begins.
                while not stop.is_set():
                    made = one_round(token, claimer, now=clock.now())
                    if None in made:
                        break
                    _heartbeat()
                    if not any(made):  # otherwise more may wait than one round takes
                        wait(WAIT_SECONDS)
            _heartbeat()
            stop.wait(WAIT_SECONDS)
        except (django.db.OperationalError, psycopg.OperationalError) as error:
            log.warning("database_lost", error=type(error).__name__)
            django.db.connections.close_all()
            stop.wait(WAIT_SECONDS)


def work(token: Token, claimer: int, *, now: datetime) -> int:
    """One round through every door; answers how many signatures were made."""
    return sum(made or 0 for made in one_round(token, claimer, now=now))


def one_round(token: Token, claimer: int, *, now: datetime) -> list[int | None]:
    """How many signatures each door made; None where it failed."""
    return [_through(door, token, claimer, now) for door in doors()]


def _through(door: ModuleType, token: Token, claimer: int, now: datetime) -> int | None:
    """A door that fails must not keep the others shut; a lost database is everybody's."""
    import django.db

    try:
        return int(door.run_once(token=token, now=now, claimer=claimer))
    except django.db.OperationalError:
        raise
    except Exception as error:  # noqa: BLE001  # tried again next round; frames only, since a message may quote a row
        frames = traceback.format_tb(error.__traceback__)
        log.error("door_failed", door=door.__name__, error=type(error).__name__, frames=frames)  # noqa: TRY400
        return None


def doors() -> Sequence[ModuleType]:
    """The owning apps' signing modules, checkpoint first: everything else waits for it."""
    from chopmark.authority.campaigns import signing as campaigns
    from chopmark.authority.issuance import signing as issuance
    from chopmark.authority.keymaking import signing as keymaking
    from chopmark.authority.publication import signing as publication
    from chopmark.authority.transparency import signing as transparency
    from chopmark.authority.validation import signing as validation

    return (transparency, keymaking, issuance, publication, validation, campaigns)


@contextmanager
def _alive(claimer: int) -> Iterator[tuple[int, Callable[[float], None]]]:
    """Hold the advisory lock that says this signer lives, on a connection of its own that also listens.

    When the process dies, the lock goes with its connection, and its claims without a record are known to be spent.
    """
    import psycopg
    from django.db import connection

    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold", "client_encoding"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as alive:
        alive.execute("select pg_advisory_lock(%s)", [claimer])
        alive.execute("listen signer")

        def wait(seconds: float) -> None:
            for _ in alive.notifies(timeout=seconds, stop_after=1):
                pass

        yield claimer, wait


def _heartbeat() -> None:
    ready = os.environ.get("CHOPMARK_HEARTBEAT")
    if ready:
        Path(ready).touch()


if __name__ == "__main__":
    sys.exit(main())
