"""Octets in and out of the database as they are, for rows with tens of megabytes: Django writes them as text twice as long."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection, models


@contextmanager
def octets_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of the driver's own on Django's connection, in whatever transaction is open there."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        yield cursor


def insert(row: models.Model) -> None:
    """Add a row, its octets as they are; the database gives its id."""
    fields = [field for field in row._meta.local_concrete_fields if not field.primary_key]  # noqa: SLF001  # as audit.rows does
    columns = ", ".join(str(field.column) for field in fields)
    places = ", ".join("%b" if isinstance(field, models.BinaryField) else "%s" for field in fields)
    with octets_cursor() as cursor:
        cursor.execute(
            f"insert into {row._meta.db_table} ({columns}) values ({places}) returning id",  # noqa: S608, SLF001  # a model's own
            [getattr(row, field.attname) for field in fields],
        )
        found = cursor.fetchone()
    row.pk = found[0] if found else None


def read(row: models.Model, column: str) -> bytes:
    """The octets of a row that was fetched without them (`defer`)."""
    table = row._meta.db_table  # noqa: SLF001  # as audit.rows does
    with octets_cursor() as cursor:
        cursor.execute(f"select {column} from {table} where id = %s", [row.pk], binary=True)  # noqa: S608  # a model's own
        found = cursor.fetchone()
    return bytes(found[0]) if found else b""
