"""What a notice may say beside the owner's own text: harmless, and each of one shape, so that no caller's words pass. Pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from chopmark.look import formats


@dataclass(frozen=True, slots=True)
class Shape:
    """How a value is written at the door, and how it stands in a letter."""

    written: re.Pattern[str]
    worded: Callable[[str, bool], str]  # with whether it is in Chinese

    def fits(self, value: str) -> bool:
        if not self.written.fullmatch(value):
            return False
        try:
            self.worded(value, False)
        except ValueError:  # the thirtieth of February
            return False
        return True


def _day(value: str, chinese: bool) -> str:
    return formats.day(date.fromisoformat(value), chinese=chinese)


_DAY = Shape(re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), _day)
PARAMETERS: Mapping[str, Shape] = {
    "answer_by": _DAY,
    "application": Shape(
        re.compile(r"[A-Z]{2}(?:[0-9]{9}|[0-9]{13})"),
        lambda value, _chinese: " ".join(formats.reference(value)),
    ),
    "last_day": _DAY,
    "not_after": _DAY,
    "revoked_on": _DAY,
    "serial_number": Shape(
        re.compile(r"(?:[0-9a-f]{2}){1,20}"), lambda value, _chinese: " ".join(formats.serial(value))
    ),
}
