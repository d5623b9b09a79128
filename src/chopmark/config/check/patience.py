"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

from chopmark.config.check.browser import Unexpected

T = TypeVar("T")
PATIENCE_SECONDS = 240.0
LOOK_EVERY_SECONDS = 0.1


def until(look: Callable[[], T | None], what: str, patience: float = PATIENCE_SECONDS) -> T:
    """What `look` finds, as soon as it finds something; `Unexpected` when that takes too long."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        found = look()
        if found is not None:
            return found
        time.sleep(LOOK_EVERY_SECONDS)
    raise Unexpected(f"waited {patience:.0f} seconds, and it is not so that {what}")
