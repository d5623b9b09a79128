"""What a leaf promises of a row of a database: a digest over everything in it, so that no later edit agrees with the log.

A service uses it when it leaves the leaf, and an auditor when she reads the table again with plain SQL. It is therefore a
format, written down once, like the leaf itself.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

# An id is given by the database, and a leaf's id by the leaf that this digest is part of.
LEFT_OUT = frozenset({"id", "leaf_id"})


def promised(table: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the columns' names and values as JSON with sorted keys: octets as hex, moments in UTC."""
    plain = {name: _plain(value) for name, value in values.items() if name not in LEFT_OUT}
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"{table}:{hashlib.sha256(text.encode()).hexdigest()}"


def promiser(table: str, names: Iterable[str]) -> Callable[[Sequence[Any]], str]:
    """The same for many rows of a table, each given as its values in the order of `names`."""
    kept = sorted((name, place) for place, name in enumerate(names) if name not in LEFT_OUT)
    keys = [(place, _text(name) + ":") for name, place in kept]
    prefix = f"{table}:"

    def promise(values: Sequence[Any]) -> str:
        text = "{" + ",".join([key + _text(values[place]) for place, key in keys]) + "}"
        return prefix + hashlib.sha256(text.encode()).hexdigest()

    return promise


def _text(value: Any) -> str:
    if type(value) is bytes:
        return f'"{value.hex()}"'
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int:
        return str(value)
    if type(value) is datetime:
        return _moment(value)
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=64)
def _moment(value: datetime) -> str:
    return f'"{value.astimezone(UTC).isoformat()}"'


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
