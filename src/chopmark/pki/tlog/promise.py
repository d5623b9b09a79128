"""What a leaf promises of a row of a database: a digest over everything in it, so that no later edit agrees with the log.

A service uses it when it leaves the leaf, and an auditor when she reads the table again with plain SQL. It is therefore a
format, written down once, like the leaf itself.
"""

import hashlib
import json
from binascii import hexlify
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

# An id is given by the database, a leaf's id by the leaf that this digest is part of, and a list's entry is computed by the
# database from what stands beside it.
LEFT_OUT = frozenset({"crl_entry", "id", "leaf_id"})
_STRETCH = 1 << 16


def promised(table: str, values: Mapping[str, Any]) -> str:
    """SHA-256 over the columns' names and values as JSON with sorted keys: octets as hex, moments in UTC."""
    digest = hashlib.sha256()
    for piece in _written({name: value for name, value in values.items() if name not in LEFT_OUT}):
        digest.update(piece)
    return f"{table}:{digest.hexdigest()}"


def _written(values: Mapping[str, Any]) -> Iterator[bytes]:
    """The JSON text, in stretches: a revocation list of a million is in a row, and its text would be twice as long."""
    before = b"{"
    for name in sorted(values):
        yield before + _json(name) + b":"
        value = values[name]
        if isinstance(value, bytes | memoryview):
            yield b'"'
            for at in range(0, len(value), _STRETCH):
                yield hexlify(value[at : at + _STRETCH])
            yield b'"'
        else:
            yield _json(_plain(value))
        before = b","
    yield b"}" if values else b"{}"


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def promiser(
    table: str, names: Iterable[str], shared: Mapping[str, Any] | None = None
) -> Callable[[Sequence[Any]], str]:
    """The same for many rows of a table, each given as its values in the order of `names`; `shared` are what all have alike.

    What is shared is written once, so that a row costs only what is its own.
    """
    places: dict[str, int] = {name: place for place, name in enumerate(names)}
    alike = {name: _text(value) for name, value in (shared or {}).items() if name not in places}
    # The text between the values of a row: before the first, then after each.
    order: list[int] = []
    between = [""]
    for name in sorted((places.keys() | alike.keys()) - LEFT_OUT):
        between[-1] += f"{',' if order or between[0] else '{'}{_text(name)}:{alike.get(name, '')}"
        if name in places:
            order.append(places[name])
            between.append("")
    between[-1] += "}" if order or between[0] else "{}"
    first, after = between[0], list(zip(order, between[1:], strict=True))
    prefix = f"{table}:"

    def promise(values: Sequence[Any]) -> str:
        text = first + "".join([_text(values[place]) + then for place, then in after])
        return prefix + hashlib.sha256(text.encode()).hexdigest()

    return promise


def _text(value: Any) -> str:
    if type(value) is bytes or type(value) is memoryview:
        return f'"{value.hex()}"'
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int:
        return str(value)
    if type(value) is datetime:
        return _moment(value)
    if type(value) is UUID:
        return f'"{value}"'
    return _json(_plain(value)).decode()


@lru_cache(maxsize=64)
def _moment(value: datetime) -> str:
    return f'"{value.astimezone(UTC).isoformat()}"'


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
