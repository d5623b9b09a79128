"""Using a record's key while keys are changed: who read the row a moment ago may hold it under one that has gone since."""

from collections.abc import Callable
from typing import TypeVar

from chopmark.strongroom.errors import KekUnknown
from chopmark.strongroom.models import Record
from chopmark.strongroom.vault import Locked

Made = TypeVar("Made")


def by_present_key(locked: Locked, use: Callable[[Locked], Made]) -> Made:
    """What `use` makes of a locked record; one that was moved since it was read is read once more.

    Acts wait for one another between reading a record and opening it, and a key is retired as soon as it wraps nothing.
    """
    try:
        return use(locked)
    except KekUnknown:
        return use(Record.objects.get(pk=locked.record_id).locked)
