"""One write transaction of LMDB in a thread of its own: whoever reads what is written goes on with the next meanwhile."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from queue import Full, Queue

import lmdb

Step = Callable[[lmdb.Transaction], None]
# Steps that are made and not done yet: each may hold some megabytes.
AHEAD = 2
LOOK_SECONDS = 1.0


class _Aborted(Exception):
    """The steps came to no end: nothing of them may be kept."""


def write_behind(
    steps: Iterable[Step], begin: Callable[[], AbstractContextManager[lmdb.Transaction]]
) -> None:
    """Do all the steps in one transaction; whatever fails, the making of a step or the doing, nothing is kept."""
    made: Queue[Step | None] = Queue(AHEAD)

    def write() -> None:
        with begin() as transaction:
            for step in iter(made.get, None):
                step(transaction)

    with ThreadPoolExecutor(1) as writer:
        written = writer.submit(write)
        try:
            for step in steps:
                _hand_over(made, step, written)
        except BaseException:
            _hand_over(made, _abort, written)
            raise
        _hand_over(made, None, written)
        written.result()


def _hand_over(made: "Queue[Step | None]", step: Step | None, written: "Future[None]") -> None:
    """Wait for room; a writer that has failed makes none, and what it failed of is raised here."""
    while True:
        try:
            return made.put(step, timeout=LOOK_SECONDS)
        except Full:
            if written.done():
                written.result()


def _abort(_: lmdb.Transaction) -> None:
    raise _Aborted
