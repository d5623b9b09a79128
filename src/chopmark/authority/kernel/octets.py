"""Octets in and out of the database as they are, for rows with tens of megabytes: Django writes them as text twice as long."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import psycopg
from django.db import connection, models

# What passes through the driver at once; it keeps a buffer of the longest message that it has seen.
PIECE = 1 << 22


@contextmanager
def octets_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the driver's own on Django's connection, in whatever transaction is open there."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def insert(row: models.Model) -> None:
    """Add a row, its octets as they are and in pieces (COPY), which do not say the id that the database gives."""
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]  # noqa: SLF001  # as audit.rows does
    table = row._meta.db_table  # noqa: SLF001  # as above
    columns = ", ".join(str(field.column) for field in fields)
    with (
        octets_cursor() as cursor,
        cursor.copy(f"copy {table} ({columns}) from stdin (format binary)") as copy,
    ):
        copy.set_types([str(field.db_type(connection)) for field in fields])
        copy.write_row([getattr(row, field.attname) for field in fields])


def read(row: models.Model, column: str) -> bytes:
    """The octets of a row that was fetched without them (`defer`), in pieces."""
    table = row._meta.db_table  # noqa: SLF001  # as audit.rows does
    piece_of = f"select substring({column} from %s for %s) from {table} where id = %s"  # noqa: S608  # a model's own
    whole, piece = BytesIO(), b"begin"
    with octets_cursor() as cursor:
        while piece:
            cursor.execute(piece_of, [whole.tell() + 1, PIECE, row.pk], binary=True)
            (piece,) = cursor.fetchone() or (b"",)
            whole.write(piece)
    return whole.getvalue()
