"""Many leaves of one act: what they have alike is written once, and each comes out as if it had been written by itself."""

import base64
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

from chopmark.pki.tlog.leaf import Leaf, LeafMalformed, canonical_payload, encode_leaf, octets_of

# Stands in a pattern where a value goes, and how JSON writes it; no word of ours is a control character.
_HOLE = "\x00"
_WRITTEN_HOLE = '"\\u0000"'


def leaf_writer(
    tag: str, at: int, names: Sequence[str] = (), refused: str | None = None
) -> Callable[..., bytes]:
    """A function from a commitment and the open facts under `names`, in that order, to what `encode_leaf` would answer."""
    # The first of a kind is examined like any leaf; of the others only what differs.
    sample = Leaf(tag=tag, at=at, refused=refused, public=dict.fromkeys(names, _HOLE), commitment=bytes(32))
    blank = base64.b64encode(sample.commitment).decode()
    before, _, rest = encode_leaf(sample).decode().partition(blank)
    between, *pieces = _around(rest, len(names))
    after = [(names.index(name), then) for name, then in zip(sorted(names), pieces, strict=True)]

    def write(commitment: bytes, values: Sequence[str | int] = ()) -> bytes:
        if len(commitment) != len(sample.commitment):
            raise LeafMalformed(why="commitment")
        facts = "".join([_fact(values[place]) + then for place, then in after])
        return octets_of(before + b2a_base64(commitment, newline=False).decode() + between + facts)

    return write


def _fact(value: str | int) -> str:
    if type(value) is str:
        return encode_basestring(value)
    if type(value) is int:
        return str(value)
    raise LeafMalformed(why="public")


def payload_writer(shared: Mapping[str, Any], names: Sequence[str]) -> Callable[[Sequence[str]], bytes]:
    """A function from the values under `names`, as JSON text, to what `canonical_payload` of all would answer."""
    order = sorted(range(len(names)), key=lambda place: names[place])
    pieces = _around(canonical_payload({**shared, **dict.fromkeys(names, _HOLE)}).decode(), len(names))
    first, after = pieces[0], list(zip(order, pieces[1:], strict=True))

    def write(texts: Sequence[str]) -> bytes:
        return (first + "".join([texts[place] + then for place, then in after])).encode()

    return write


def _around(pattern: str, holes: int) -> list[str]:
    pieces = pattern.split(_WRITTEN_HOLE)
    if len(pieces) != holes + 1:
        raise ValueError("a value that all share looks like the place of one that they do not")
    return pieces
