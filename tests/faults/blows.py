"""One cell of the table, played through and judged."""

import time

from faults.story import Staff, Story
from faults.table import Cell


def strike(staff: Staff, cell: Cell, seed: str) -> None:
    """The thread with its blow comes to its end, and afterwards nothing is wrong."""
    began = time.monotonic()
    staff.stage.wait_until_ready()
    ready = time.monotonic()
    try:
        Story(staff, cell, seed).run()
        run = time.monotonic()
        staff.stage.settle()
    except BaseException as error:
        error.add_note(f"{cell.name}, {cell.delay(seed):.3f} s after it began; CHOPMARK_FAULT_SEED={seed}")
        raise
    done = time.monotonic()
    print(
        f"{cell.name:40} blow after {cell.delay(seed):.2f} s:"
        f" ready {ready - began:.1f}, played {run - ready:.1f}, settled {done - run:.1f}"
    )
