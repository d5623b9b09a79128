"""From a table of TOML to a frozen dataclass, by its annotations; every mistake is noted, none raised."""

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from datetime import date, time
from enum import Enum, IntEnum
from functools import cache
from typing import Any

from chopmark.authority.catalogue.hours import Hours

NOTHING: Any = object()  # what a faulty value is read as; its mistake is noted already
PLAIN = {str: "text", int: "a whole number", bool: "true or false", date: "a day", time: "a time of day"}


@dataclass(slots=True)
class Notes:
    """Where the reader writes what is wrong: the dotted key and the fault."""

    faults: list[tuple[str, str]] = field(default_factory=list)

    def fault(self, at: str, fault: str) -> Any:
        self.faults.append((at, fault))
        return NOTHING


def decode(kind: Any, value: Any, at: str, notes: Notes) -> Any:
    """Read `value` as `kind`; NOTHING, and a note, where it is not one."""
    origin = typing.get_origin(kind)
    if origin is types.UnionType:
        return decode(next(a for a in typing.get_args(kind) if a is not type(None)), value, at, notes)
    if origin is tuple:
        return _decode_list(typing.get_args(kind)[0], value, at, notes)
    if origin is Mapping:
        return _decode_mapping(typing.get_args(kind), value, at, notes)
    return _reader_of(kind)(kind, value, at, notes)


def _reader_of(kind: type) -> Callable[[Any, Any, str, Notes], Any]:
    if kind is Hours:
        return _decode_hours
    if issubclass(kind, Enum):
        return _decode_word
    return decode_table if is_dataclass(kind) else _decode_plain


def _decode_plain(kind: type, value: Any, at: str, notes: Notes) -> Any:
    # `type() is`: in Python a bool is an int and a moment is a day; in a pack they are not.
    return value if type(value) is kind else notes.fault(at, f"must be {PLAIN[kind]}")


def _decode_hours(_: type, value: Any, at: str, notes: Notes) -> Any:
    try:
        return Hours.read(value if isinstance(value, str) else "")
    except ValueError as error:
        return notes.fault(at, str(error))


def words_of(kind: type[Enum]) -> Mapping[Any, Enum]:
    """How a pack writes the members of a closed vocabulary: its value, or for wire numbers the lower-case
    name.
    """
    return {member.name.lower() if issubclass(kind, IntEnum) else member.value: member for member in kind}


def _decode_word(kind: type[Enum], value: Any, at: str, notes: Notes) -> Any:
    known = words_of(kind)
    if isinstance(value, str) and value in known:
        return known[value]
    return notes.fault(at, f"{value!r} is not one of: {', '.join(sorted(known))}")


def _decode_list(kind: Any, value: Any, at: str, notes: Notes) -> Any:
    if not isinstance(value, list):
        return notes.fault(at, "must be a list")
    return tuple(decode(kind, item, f"{at}.{place}", notes) for place, item in enumerate(value))


def _decode_mapping(kinds: tuple[Any, Any], value: Any, at: str, notes: Notes) -> Any:
    if not isinstance(value, dict):
        return notes.fault(at, "must be a table")
    key_kind, kind = kinds
    read = {}
    for name, item in value.items():
        under = _join(at, name)
        key = name if key_kind is str else _decode_word(key_kind, name, under, notes)
        read[key] = decode(kind, item, under, notes)
    return types.MappingProxyType(_named_by_place(read))


def _named_by_place(read: dict[Any, Any]) -> dict[Any, Any]:
    """Rows that know their own name (`slug`, `code`) learn it from their place in the file."""
    for name, row in read.items():
        for own in fields(row) if is_dataclass(row) else ():
            if own.metadata.get("derived"):
                object.__setattr__(row, own.name, name)  # still being made: nobody has seen it
    return read


def decode_table(kind: type, value: Any, at: str, notes: Notes) -> Any:
    """Read a table as the dataclass `kind`: unknown keys, missing keys and every fault below are noted."""
    if not isinstance(value, dict):
        return notes.fault(at, "must be a table")
    known = shape(kind)
    for name in value:
        if name not in known:
            notes.fault(_join(at, name), "unknown key")
    read = {}
    for name, (one, annotation) in known.items():
        if name in value:
            read[one.name] = decode(annotation, value[name], _join(at, name), notes)
        elif one.default is MISSING and one.default_factory is MISSING:
            read[one.name] = notes.fault(_join(at, name), "missing")
    return kind(**read)


@cache
def shape(kind: type) -> Mapping[str, tuple[Field[Any], Any]]:
    """The keys that a table of this kind may hold, with the field and the annotation that each fills."""
    hints = typing.get_type_hints(kind)
    return {
        one.metadata.get("key", one.name): (one, hints[one.name])
        for one in fields(kind)
        if not one.metadata.get("derived")
    }


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name
