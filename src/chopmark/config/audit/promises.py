"""Rows that leaves speak of: whatever was added for good is in the table as it was, and nothing is there unsaid.

A leaf commits to a digest of every row that its act added (`pki/tlog/promise.py`). Whoever edits, drops, copies or
back-dates a row, also with every trigger off, disagrees with the log.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from chopmark.config.audit.fault import Fault, rows
from chopmark.pki.tlog.promise import promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Promising:
    """Which tables a log's leaves promise, each with its key column, and what the promises leave out.

    An id stands in no promise. Whoever exchanges two is found by the rows that were added `together` with them (table, column,
    parent), or that are `of` them.
    """

    payloads: str
    tables: Mapping[str, str]
    together: Sequence[tuple[str, str, str]] = ()
    of: Sequence[tuple[str, str, str]] = ()


PROMISES = """
    select payload.leaf_id, promise.value from {payloads} payload,
           jsonb_array_elements(case jsonb_typeof(payload.payload -> 'rows')
                                when 'array' then payload.payload -> 'rows' else '[]' end) promise
"""
_JSONB = 3802


@dataclass(frozen=True, slots=True)
class _Row:
    """A row as it is, and the leaves that speak of it as it is."""

    values: Mapping[str, Any]
    leaves: frozenset[int]


def check_promises(promising: Promising) -> Iterator[Fault]:
    """Each row is promised by a leaf, as often as it is there; each promise is kept by a row."""
    leaves: dict[str, list[int]] = {}
    for leaf_id, said in rows(PROMISES.format(payloads=promising.payloads)):
        promise = json.loads(said)
        if isinstance(promise, str):  # whatever else stands there, its leaf does not commit to it
            leaves.setdefault(promise, []).append(leaf_id)
    kept: Counter[str] = Counter()
    found: dict[tuple[str, Any], _Row] = {}
    for table, key in promising.tables.items():
        for values, promise in _promises_of(table, key):
            kept[promise] += 1
            if kept[promise] > len(leaves.get(promise, ())):
                yield Fault("row", f"{table} {values[key]}", "no leaf of the log speaks of it as it is")
            found[table, values[key]] = _Row(values, frozenset(leaves.get(promise, ())))
    for promise, leaf_ids in leaves.items():
        if promise not in kept:
            table = promise.partition(":")[0]
            yield Fault("leaf", str(leaf_ids[0]), f"the row of {table} that it speaks of is not there")
    yield from _misplaced(promising, found)


def _misplaced(promising: Promising, found: Mapping[tuple[str, Any], _Row]) -> Iterator[Fault]:
    """What a promise leaves out: a row names the leaf that speaks of it, and rows that exist."""
    for (table, row_id), row in found.items():
        if row.leaves and row.values.get("leaf_id", min(row.leaves)) not in row.leaves:
            yield Fault("row", f"{table} {row_id}", "it names another leaf than the one that speaks of it")
    for table, column, parent in (*promising.together, *promising.of):
        for (child, row_id), row in found.items():
            if child != table:
                continue
            named = found.get((parent, row.values[column]))
            if named is None:
                yield Fault("row", f"{table} {row_id}", f"its {parent} {row.values[column]} is not there")
            elif (
                row.leaves and (table, column, parent) in promising.together and not row.leaves & named.leaves
            ):
                about = f"{table} {row_id}"
                yield Fault("row", about, f"its {parent} {row.values[column]} is of another act")


def _promises_of(table: str, key: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"select * from {table} order by {key}")  # noqa: S608  one of ours, above
        columns = [(column.name, column.type_code) for column in cursor.description]
        for found in cursor:
            values = {
                name: json.loads(value) if kind == _JSONB and value is not None else value
                for (name, kind), value in zip(columns, found, strict=True)
            }
            yield values, promised(table, values)
