"""One thing that is not as it must be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Fault:
    """Which check found it, about what, in one sentence."""

    check: str
    about: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.check}: {self.about}: {self.sentence}"


def rows(sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[Any]:
    """The rows of a query, read whole."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        yield from cursor.fetchall()
