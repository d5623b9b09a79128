"""Signed heads of a tree: each is grown from the one before, and from nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.pki.tlog.merkle import RightEdge
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.tiles import HEIGHT
from chopmark.publiclog.errors import LastCheckpointAltered


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One signed tree head as a side keeps it, with the right edge from which signing goes on."""

    size: int
    root_hash: bytes
    right_edge: bytes
    note: str
    signed_at: datetime


class HeadRow(Protocol):
    """A row of either side, with what a head has."""

    @property
    def size(self) -> int: ...
    @property
    def root_hash(self) -> bytes | memoryview: ...
    @property
    def right_edge(self) -> bytes | memoryview: ...
    @property
    def note(self) -> str: ...
    @property
    def signed_at(self) -> datetime: ...


def head_of(row: HeadRow | None) -> Head | None:
    """The row as a value that nobody can change."""
    if row is None:
        return None
    return Head(
        size=row.size,
        root_hash=bytes(row.root_hash),
        right_edge=bytes(row.right_edge),
        note=row.note,
        signed_at=row.signed_at,
    )


@dataclass(frozen=True, slots=True)
class FullTile:
    """A tile that growth has filled, and the hash over it, which stands in the tile above."""

    level: int
    index: int
    root_hash: bytes


def edge_of(head: Head, key: VerifierKey) -> RightEdge:
    """The edge kept with the last head, which must still make the root that our key signed."""
    edge = RightEdge.from_bytes(head.size, head.right_edge)
    signed = open_checkpoint(head.note, key)
    if (signed.size, signed.root_hash) != (edge.size, edge.root()):
        raise LastCheckpointAltered(size=head.size)
    return edge


def grown(edge: RightEdge, hashes: Iterable[bytes]) -> tuple[RightEdge, list[FullTile]]:
    """The edge with these leaves appended, and the tiles that they have filled."""
    full: list[FullTile] = []

    def keep(level: int, index: int, digest: bytes) -> None:
        if level % HEIGHT == 0:
            full.append(FullTile(level // HEIGHT - 1, index, digest))

    return edge.append(hashes, on_complete=keep), full
