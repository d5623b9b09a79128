"""Writers who leave leaves in the authority's log all the time, in a process of its own under the web's role.

A line out for each: its mark, and whether its writer was told that it is kept, took it back herself, or was told nothing.
"""

import contextlib
import json
import os
import secrets
import sys
import threading
import time
import traceback
from typing import TextIO

WRITERS = 4
LONGEST_PAUSE_MS, LONGEST_HOLD_MS = 80, 400
KEPT, TAKEN_BACK, UNSURE = "kept", "taken back", "unsure"
_one_at_a_time = threading.Lock()


class Interrupted(RuntimeError):
    """The writer changes her mind before she commits."""


def main() -> None:
    import django

    # What is said goes out by itself; the log of this process must not come between.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    django.setup()
    stop = threading.Event()
    # A writer who falls ill takes the others along: nobody may believe that they are still writing.
    threading.excepthook = lambda said: (traceback.print_exception(said.exc_value), os._exit(1))
    writers = [threading.Thread(target=write, args=(stop, out)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    sys.stdin.read()
    stop.set()
    for writer in writers:
        writer.join()


def write(stop: threading.Event, out: TextIO) -> None:
    from django.db import connection
    from django.db.utils import Error

    while not stop.is_set():
        mark = secrets.token_hex(8)
        try:
            said = leave_one(mark, secrets.randbelow(10))
        except Error:
            said = UNSURE
            connection.close()
        with _one_at_a_time:
            out.write(json.dumps({"mark": mark, "said": said}) + "\n")
            out.flush()
        stop.wait(secrets.randbelow(LONGEST_PAUSE_MS) / 1000)


def leave_one(mark: str, drawn: int) -> str:
    """Of ten acts one is taken back, one is refused, and one holds its transaction open while others overtake it."""
    if drawn == 0:
        try:
            act(mark, then=take_back)
        except Interrupted:
            return TAKEN_BACK
    elif drawn == 1:
        refuse(mark)
    else:
        act(mark, then=hold if drawn == 2 else lambda: None)
    return KEPT


def act(mark: str, *, then) -> None:
    from chopmark.authority.audit import services
    from chopmark.authority.audit.tags import AuditTag
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import process

    @services.act(AuditTag.OUTLET_RESUMED)
    def leave(*, actor, now) -> None:
        services.leave(payload={"actor": actor.id, "details": {"mark": mark}}, now=now)
        then()

    leave(actor=process("web"), now=clock.now())


def refuse(mark: str) -> None:
    from chopmark.pki.refusals import Refusal

    class Refused(Refusal):
        code = "refused_by_lot"

    def then() -> None:
        raise Refused(mark=mark)

    with contextlib.suppress(Refused):
        act(mark, then=then)


def hold() -> None:
    time.sleep(secrets.randbelow(LONGEST_HOLD_MS) / 1000)


def take_back() -> None:
    raise Interrupted


if __name__ == "__main__":
    main()
