"""The desk's own thread that asks the witnesses: never in a request, never inside a transaction."""

from datetime import datetime

import httpx
from django.db import close_old_connections

from chopmark.publiclog.asking import TIMEOUT_SECONDS, Asker, Post, poster
from chopmark.strongroom import clock
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.keys import unsealing
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.log.book import BOOK
from chopmark.strongroom.log.tree import TREE
from chopmark.strongroom.options import Options


def ask() -> None:
    """One round; a failure is logged, and the next round tries again. While sealed, nothing."""
    try:
        if unsealing.state(Options.read()):
            return
        with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
            ask_all(now=clock.now(), post=poster(client))
    except Exception as failure:  # noqa: BLE001  the thread must live: a lost database or an altered leaf passes
        log_failure(__name__, failure)
    finally:
        close_old_connections()


def ask_all(*, now: datetime, post: Post) -> int:
    """Ask every witness that has not cosigned the newest head; answers how many did."""
    return Asker(book=BOOK, tree=TREE, post=post).ask_all(witnesses.configured(), now=now)
