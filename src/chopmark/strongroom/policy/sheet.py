"""Taking a table of TOML apart with every mistake noted by its dotted key, so that one reading finds them all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

T = TypeVar("T")


class PolicyMistakes(ValueError):
    """The owner's policy is not one that can be kept: each mistake by file and dotted key."""

    def __init__(self, file: str, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(f"{file}: {mistake}" for mistake in self.mistakes))


@dataclass(slots=True)
class Sheet:
    """One table at its dotted key. A wrong value is noted and stood in for, so that reading goes on to the next."""

    table: Mapping[str, Any]
    key: str = ""
    mistakes: list[str] = field(default_factory=list)
    _read: set[str] = field(default_factory=set)

    def fault(self, name: str, fault: str) -> None:
        self.mistakes.append(f"{self._at(name)}: {fault}")

    def number(self, name: str, *, least: int = 1, most: int = 10**9) -> int:
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int):
            return self._wrong(name, value, "a whole number", least)
        if not least <= value <= most:
            return self._wrong(name, value, f"a number from {least} to {most}", least)
        return value

    def number_or_none(self, name: str) -> int | None:
        return self.number(name) if name in self.table else None

    def word(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str) or not value.strip():
            return self._wrong(name, value, "a text that is not empty", "")
        return value

    def flag(self, name: str) -> bool:
        self._read.add(name)
        value = self.table.get(name, False)
        return value if isinstance(value, bool) else self._wrong(name, value, "true or false", fallback=False)

    def day(self, name: str) -> date:
        value = self._take(name)
        if isinstance(value, datetime) or not isinstance(value, date):
            return self._wrong(name, value, "a day such as 2026-11-01", date.max)
        return value

    def one_of(self, name: str, known: Iterable[str]) -> str:
        known = sorted(known)
        value = self._take(name)
        if not isinstance(value, str) or value not in known:
            return self._wrong(name, value, f"one of {known}", known[0])
        return value

    def words(self, name: str, known: Iterable[str] | None = None) -> tuple[str, ...]:
        """A list of words, each of them known where a list of known ones is given, none twice, and at least one."""
        value = self._take(name)
        if not isinstance(value, list) or not value or not all(isinstance(word, str) for word in value):
            return self._wrong(name, value, "a list of words that is not empty", ())
        strange = sorted(set(value) - set(known)) if known is not None else []
        if strange:
            self.fault(name, f"names what does not exist: {strange}")
        if len(set(value)) != len(value):
            self.fault(name, "names something twice")
        return tuple(value)

    def sheet(self, name: str) -> "Sheet":
        value = self._take(name)
        if not isinstance(value, Mapping):
            value = self._wrong(name, value, "a table", dict[str, Any]())
        return Sheet(value, self._at(name), self.mistakes)

    def sheets(self, name: str) -> dict[str, "Sheet"]:
        """The tables inside a table, by their names; there may be none."""
        self._read.add(name)
        inside = Sheet(self.table.get(name, {}), self._at(name), self.mistakes)
        return {each: inside.sheet(each) for each in inside.table}

    def finish(self) -> None:
        """What was not read is a word that nobody acts on: a mistake, never ignored."""
        for name in self.table.keys() - self._read:
            self.fault(name, "is not a key of this table")

    def _take(self, name: str) -> Any:
        self._read.add(name)
        return self.table.get(name)

    def _wrong(self, name: str, value: object, wanted: str, fallback: T) -> T:
        self.fault(name, f"is missing: {wanted}" if value is None else f"must be {wanted}")
        return fallback

    def _at(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name
