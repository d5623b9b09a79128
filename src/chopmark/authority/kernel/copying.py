"""Many rows at once: PostgreSQL's COPY in its binary form, in the transaction that is open."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection


def copy_rows(table: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
    """Add rows to a table; `columns` gives the type that each is sent as, and what is not named takes its default."""
    into = f"copy {table} ({', '.join(columns)}) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(into) as copy:
        copy.set_types(list(columns.values()))
        for row in rows:
            copy.write_row(row)


def as_jsonb(text: bytes) -> bytes:
    """JSON as the binary form of a jsonb column, to be sent as bytea: without being read and written once more."""
    return b"\x01" + text


def draw(sequence: str, count: int) -> list[int]:
    """The next numbers of a sequence."""
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s) from generate_series(1, %s)", [sequence, count])
        return [number for (number,) in cursor.fetchall()]


def in_one(values: Iterable[object]) -> str:
    """One text for many values, to be taken apart by string_to_array: the driver takes ten times as long to quote each."""
    return ",".join(map(str, values))
