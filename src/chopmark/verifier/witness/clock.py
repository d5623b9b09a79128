"""The one place where the witness reads the clock."""

import time


def now() -> int:
    """The POSIX second."""
    return int(time.time())
