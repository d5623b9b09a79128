"""Many rows at once: PostgreSQL's COPY in its binary form, in the transaction that is open."""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import connection

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_END = struct.pack(">h", -1)
_NONE = struct.pack(">i", -1)
_BIGINT, _LENGTH, _COLUMNS = struct.Struct(">iq"), struct.Struct(">i"), struct.Struct(">h")
_LIST = struct.Struct(">iiiii")
_VARCHAR = 1043  # pg_type.oid
_BEGIN_OF_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_A_TICK = timedelta(microseconds=1)


def copy_rows(
    table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], shared: Mapping[str, Any] | None = None
) -> None:
    """Add rows to a table; `shared` are further columns that all have alike, and what is not named takes its default.

    An int goes into a bigint, a list into a varchar[]; what is written is packed here, since the driver asks each value
    anew what it is.
    """
    alike = dict(shared or {})
    begin = _COLUMNS.pack(len(columns) + len(alike))
    end = b"".join(map(_packed, alike.values()))
    packed = [begin + b"".join([_PACKED[type(value)](value) for value in row]) + end for row in rows]
    into = f"copy {table} ({', '.join([*columns, *alike])}) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.write(b"".join([_HEADER, *packed, _END]))


def as_jsonb(text: bytes) -> bytes:
    """JSON as the octets of a jsonb column: without being read and written once more."""
    return b"\x01" + text


def draw(sequence: str, count: int) -> list[int]:
    """The next numbers of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s) from generate_series(1, %s)", [sequence, count])
        return [number for (number,) in cursor.fetchall()]


def in_one(values: Iterable[object]) -> str:
    """One text for many values, to be taken apart by string_to_array: the driver takes ten times as long to quote each."""
    return ",".join(map(str, values))


def _packed(value: Any) -> bytes:
    return _PACKED[type(value)](value)


def _octets(value: bytes) -> bytes:
    return _LENGTH.pack(len(value)) + value


def _bigint(value: int) -> bytes:
    return _BIGINT.pack(8, value)


def _text(value: str) -> bytes:
    return _octets(value.encode())


def _moment(value: datetime) -> bytes:
    return _bigint((value - _BEGIN_OF_TIME) // _A_TICK)


def _list(values: Sequence[str]) -> bytes:
    # One dimension, no nulls, its type, its length, counted from 1.
    return _octets(_LIST.pack(1, 0, _VARCHAR, len(values), 1) + b"".join(map(_text, values)))


_PACKED: Mapping[type, Callable[[Any], bytes]] = {
    NoneType: lambda _: _NONE,
    UUID: lambda value: _octets(value.bytes),
    bool: lambda value: _octets(b"\x01" if value else b"\x00"),
    bytes: _octets,
    datetime: _moment,
    int: _bigint,
    list: _list,
    str: _text,
}
