"""Doing the same for many: one that fails is logged, and keeps no other waiting."""

import traceback
from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog
from django.db import OperationalError

log = structlog.get_logger("containing")

T = TypeVar("T")
R = TypeVar("R")


def each(items: Iterable[T], step: Callable[[T], R]) -> list[R]:
    """What came of those that did not fail; a lost database is everybody's, and ends it."""
    done = []
    for item in items:
        try:
            done.append(step(item))
        except OperationalError:
            raise
        except Exception as error:  # noqa: BLE001  # the next tick tries again; frames only, since a message may quote a row
            frames = traceback.format_tb(error.__traceback__)
            log.error("one_failed", error=type(error).__name__, frames=frames)  # noqa: TRY400
    return done
