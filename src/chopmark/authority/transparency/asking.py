"""The worker's loop that asks the witnesses of config.toml."""

import threading
from datetime import datetime

import httpx
import structlog
from django.db import connection

from chopmark.authority.kernel import clock
from chopmark.authority.transparency import witnesses
from chopmark.authority.transparency.book import BOOK
from chopmark.authority.transparency.tree import TREE
from chopmark.publiclog.asking import TIMEOUT_SECONDS, Asker, Post, poster

log = structlog.get_logger("witnesses")

POLL_SECONDS = 1.0


def run_forever(stop: threading.Event) -> None:
    """Ask whenever the poll is due, until told to stop; a witness or a database that is away is asked again."""
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        while not stop.is_set():
            try:
                ask_all(now=clock.now(), post=poster(client))
            # A lost database, a leaf that was altered, an address that is none: the witnesses are asked again when it is over.
            except Exception as error:  # noqa: BLE001  # logged, and the same work is tried again
                details = getattr(error, "details", None)
                log.warning("asking_interrupted", error=type(error).__name__, details=details)
                connection.close()
            stop.wait(POLL_SECONDS)


def ask_all(*, now: datetime, post: Post) -> int:
    """Ask every witness that has not cosigned the newest checkpoint; answers how many did."""
    return Asker(book=BOOK, tree=TREE, post=post).ask_all(witnesses.configured(), now=now)
