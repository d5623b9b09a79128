"""How an audit looks: every check to its end, and twice before it names a running service."""

from collections.abc import Callable, Iterable, Iterator

from django.db import transaction

from chopmark.config.audit.fault import Fault


def standing(look: Callable[[], Iterable[Fault]], pause: Callable[[], None]) -> list[Fault]:
    """The faults that are there at two looks: a running service commits rows and writes files between two checks of one look."""
    first = list(look())
    if not first:
        return []
    pause()
    again = set(look())
    return [fault for fault in first if fault in again]


def whole(name: str, check: Iterator[Fault]) -> Iterator[Fault]:
    """Whatever somebody wrote into the database or the files, the checks after this one are still made."""
    found: list[Fault] = []
    try:
        with transaction.atomic():
            found.extend(check)  # a list keeps what came before the exception
    except Exception as error:  # noqa: BLE001  # what a check cannot read is not as it must be
        found.append(Fault("audit", name, f"this check could not go on ({type(error).__name__})"))
    yield from found
