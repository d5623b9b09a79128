"""Tampering with the database: what a superuser does to a table when no trigger, key or constraint stands in the way.

Each verb answers what must be named: a predicate over one fault of the audit, which holds of no fault of the untouched world.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random  # noqa: TID251  a blow must come again by its seed
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from chopmark.config.audit.fault import Fault
from chopmark.pki.tlog.promise import promised
from tampering.side import Side

Named = Callable[[Fault], bool]
JSONB = 3802


def ask(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def take_over(table: str) -> None:
    """Become the superuser, for whom nothing fires, and take every rule but the primary key from the table."""
    ask("set constraints all immediate")
    ask("set local role postgres")
    ask("set local session_replication_role = replica")
    rules = "select conname from pg_constraint where conrelid = %s::regclass and contype in ('c', 'u', 'x')"
    for (name,) in ask(rules, table):
        ask(f'alter table {table} drop constraint "{name}" cascade')
    indexes = """
        select relname from pg_index join pg_class on pg_class.oid = indexrelid
        where indrelid = %s::regclass and indisunique and not indisprimary
    """
    for (name,) in ask(indexes, table):
        ask(f'drop index "{name}"')


# By the database, of the row's other values: nobody can write it.
COMPUTED = frozenset({"crl_entry"})


class Table:
    """One table under attack."""

    def __init__(self, name: str, random: Random, side: Side) -> None:
        self.name, self.random, self.side, self.key = name, random, side, side.key(name)
        with connection.cursor() as cursor:
            cursor.execute(f"select * from {name} order by {self.key}")
            names = [column.name for column in cursor.description]
            self.types = {
                column.name: column.type_code for column in cursor.description if column.name not in COMPUTED
            }
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            self.rows = [{name: row[name] for name in self.types} for row in rows]

    def columns(self) -> list[str]:
        idle = {column for table, column in self.side.means_nothing if table == self.name}
        if self.name in self.side.promising.tables and self.name not in self.side.referred_to:
            idle.add("id")
        return [column for column in self.types if column not in idle]

    def named(self, *touched: dict[str, Any]) -> Named:
        """Asked before the blow, since it looks up what stands beside these rows."""
        names = [self._named(row) for row in touched]
        return lambda fault: any(named(fault) for named in names)

    def _named(self, row: dict[str, Any]) -> Named:
        key = row[self.key]
        if self.name in (self.side.leaf, self.side.payload):
            position = self.place_of(key)
            about = {("leaf", str(key)), ("log", f"entry {position}"), ("position", str(position))}
            if "position" in row:  # where it would stand now
                about |= {("log", f"entry {row['position']}"), ("position", str(row["position"]))}
            return lambda fault: (
                (fault.check, fault.about) in about or fault.sentence == f"{position} was expected here"
            )
        if self.name == self.side.position:
            about = {("log", f"entry {key}"), ("position", str(key)), ("leaf", str(row["leaf_id"]))}
            return lambda fault: (fault.check, fault.about) in about
        if self.name == self.side.head:
            return lambda fault: (
                (fault.check, fault.about) == ("checkpoint", str(key))
                or (fault.check == "log" and f"to {key - 1}." in fault.sentence)
            )
        speaks = {str(leaf_id) for leaf_id in self.leaves_that_speak_of(row)}
        return lambda fault: (
            (fault.check, fault.about) == ("row", f"{self.name} {key}")
            or (fault.check == "leaf" and fault.about in speaks and self.name in fault.sentence)
            or f"its {self.name} {key} is" in fault.sentence
        )

    def place_of(self, leaf_id: Any) -> int:
        query = f"select position from {self.side.log.placed} placed where leaf_id = %s"
        return next((at for (at,) in ask(query, leaf_id)), -1)

    def leaves_that_speak_of(self, row: dict[str, Any]) -> list[int]:
        values = {
            name: json.loads(value) if self.types[name] == JSONB and isinstance(value, str) else value
            for name, value in row.items()
        }
        said = f"select leaf_id from {self.side.payload} where payload -> 'rows' ? %s"
        return [leaf_id for (leaf_id,) in ask(said, promised(self.name, values))]

    def write(self, row: dict[str, Any], column: str, value: Any) -> None:
        ask(
            f"update {self.name} set {column} = %s where {self.key} = %s",
            self.adapted(column, value),
            row[self.key],
        )

    def adapted(self, column: str, value: Any) -> Any:
        if self.types[column] != JSONB or value is None:
            return value
        return Jsonb(json.loads(value) if isinstance(value, str) else value)


# --- the verbs ---


def flip(table: Table) -> Named:
    """One value of one row is another: a bit, a letter, a number, a moment."""
    row = table.random.choice(table.rows)
    column = table.random.choice(table.columns())
    value = other(row[column], table, column)
    named = table.named(row, row | {column: value}) if column == table.key else table.named(row)
    table.write(row, column, value)
    return named


def drop(table: Table) -> Named:
    # Any older head is the beginning of the newest, and nothing rests on it alone.
    row = table.rows[-1] if table.name == table.side.head else table.random.choice(table.rows)
    named = table.named(row)
    ask(f"delete from {table.name} where {table.key} = %s", row[table.key])
    return named


def duplicate(table: Table) -> Named:
    """The same row again, under the next key."""
    row = table.random.choice(table.rows)
    last = table.rows[-1][table.key]
    copy = row | {table.key: UUID(int=table.random.getrandbits(128)) if isinstance(last, UUID) else last + 1}
    named = table.named(copy, row) if isinstance(last, UUID) else table.named(copy)
    places = ", ".join(["%s"] * len(copy))
    values = [table.adapted(column, value) for column, value in copy.items()]
    ask(f"insert into {table.name} ({', '.join(copy)}) values ({places})", *values)
    return named


def reorder(table: Table) -> Named:
    """Two rows exchange a value, so that neither is what one of them was; where no pair can, one is flipped."""
    pairs = [
        (one, two) for one in table.rows for two in table.random.sample(table.rows, min(3, len(table.rows)))
    ]
    choices = [
        (one, two, column)
        for one, two in pairs
        for column in table.columns()
        if exchanges(table, one, two, column)
    ]
    if not choices:
        return flip(table)
    one, two, column = table.random.choice(choices)
    named = table.named(one, two)
    table.write(one, column, two[column])
    table.write(two, column, one[column])
    return named


def exchanges(table: Table, one: dict[str, Any], two: dict[str, Any], column: str) -> bool:
    """Whether this makes other rows, and not the same ones under each other's ids."""
    # A head's note has no hour: the audit only sees one that is a day older than the leaves and heads that it follows.
    if column == table.key or (table.name, column) == (table.side.head, "signed_at"):
        return False
    differing = {name for name in table.columns() if one[name] != two[name]}
    return column in differing and len(differing) > 1


def exchange_keys(table: Table) -> Named:
    """Two rows that others refer to exchange their ids."""
    one, two = table.random.sample(table.rows, 2)
    names = [table.named(one, two)]
    for child, column in table.side.children.get(table.name, ()):
        beside = Table(child, table.random, table.side)
        ids = (one["id"], two["id"])
        names.append(beside.named(*(row for row in beside.rows if row[column] in ids)))
    for key, to in ((one[table.key], -1), (two[table.key], one[table.key]), (-1, two[table.key])):
        ask(f"update {table.name} set {table.key} = %s where {table.key} = %s", to, key)
    return lambda fault: any(named(fault) for named in names)


def back_date(table: Table) -> Named:
    """A moment of one row becomes another, days or years before."""
    moments = [c for c in table.columns() if any(isinstance(row[c], date) for row in table.rows)]
    column = table.random.choice(moments)
    row = table.random.choice([row for row in table.rows if isinstance(row[column], date)])
    named = table.named(row)
    table.write(row, column, row[column] - timedelta(days=table.random.randint(3, 3000)))
    return named


def truncate(table: Table) -> Named:
    named = table.named(*table.rows[-3:])
    ask(
        f"truncate {table.name} cascade"
        if table.name not in table.side.log_tables
        else f"truncate {table.name}"
    )
    if table.name == table.side.head:
        return lambda fault: fault.check == "checkpoint"
    return named


# By the type's number in PostgreSQL (the catalogue pg_type); what is not named here is written as text.
WHERE_THERE_WAS_NONE: dict[int, Any] = {
    16: True,
    17: b"\x00",
    1082: date(2020, 1, 1),
    1184: datetime(2020, 1, 1, tzinfo=UTC),
    2950: UUID(int=1),
}
NOT_A_NOTE = ({"rows": "none"}, {"rows": {"none": 1}}, {"rows": [1, None]}, {"note": 1}, [], 7)


def other(value: Any, table: Table, column: str) -> Any:
    """Another value of the same type."""
    random = table.random
    if table.types[column] == JSONB:
        return random.choice(NOT_A_NOTE)
    if value is None:
        return WHERE_THERE_WAS_NONE.get(table.types[column], "0")
    if isinstance(value, int) and not isinstance(value, bool):
        # A key may become any other that is free.
        return value + (100_000 if column == table.key else random.randint(1, 9))
    return CHANGES[type(value)](value, random)


def flipped(octets: bytes, random: Random) -> bytes:
    if not octets:
        return b""
    at = random.randrange(len(octets))
    return octets[:at] + bytes([octets[at] ^ 1 << random.randrange(8)]) + octets[at + 1 :]


def another_letter(text: str, random: Random) -> str:
    if not text:
        return "x"
    at = random.randrange(len(text))
    return text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]


CHANGES: dict[type, Callable[[Any, Random], Any]] = {
    bool: lambda value, _: not value,
    bytes: lambda value, random: flipped(value, random) or b"\x00",
    date: lambda value, random: value - timedelta(days=random.randint(1, 90)),
    datetime: lambda value, random: value - timedelta(days=random.randint(3, 90)),
    list: lambda value, random: [*value, "phone"] if not value or random.random() < 0.5 else value[1:],
    memoryview: lambda value, random: flipped(bytes(value), random) or b"\x00",
    str: another_letter,
    UUID: lambda _, random: UUID(int=random.getrandbits(128)),
}
VERBS = {
    "flip": flip,
    "drop": drop,
    "duplicate": duplicate,
    "reorder": reorder,
    "back-date": back_date,
    "truncate": truncate,
}
