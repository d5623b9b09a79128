"""One cell of the table, played through and judged."""

import os
import secrets

from faults.story import Staff, Story
from faults.table import Cell

# Said whenever a cell fails; set it to see the same blows again.
SEED = os.environ.get("CHOPMARK_FAULT_SEED") or secrets.token_hex(4)


def strike(staff: Staff, cell: Cell) -> None:
    """The thread with its blow comes to its end, and afterwards nothing is wrong."""
    try:
        staff.stage.wait_until_ready()
        Story(staff, cell, SEED).run()
        staff.stage.settle()
    except BaseException as error:
        error.add_note(f"{cell.name}, {cell.delay(SEED):.3f} s after it began; CHOPMARK_FAULT_SEED={SEED}")
        raise
