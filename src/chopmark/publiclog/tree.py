"""The tree over the leaves that a side keeps: every hash recomputed, every gap refused, and the tiles that they make."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from chopmark.pki.tlog import merkle
from chopmark.pki.tlog.merkle import NodeLookup, leaf_hash
from chopmark.pki.tlog.tiles import WIDTH, Tile, node_from_tiles
from chopmark.publiclog.errors import LeafAltered, PositionsHaveGap

_STRETCH = 32 * WIDTH

Octets = bytes | memoryview  # as a database's driver gives them


@dataclass(frozen=True, slots=True)
class PlacedLeaf:
    """An entry of the log, whose hash was recomputed when it was read."""

    entry: bytes
    leaf_hash: bytes


class Rows(Protocol):
    """The tree as a side's own tables have it; nothing of it is believed before it was hashed."""

    def leaves(self, start: int, end: int) -> Iterable[tuple[int, Octets, Octets]]:
        """Position, entry and hash of the leaves from `start` up to `end`, in order."""

    def full_tiles(self, level: int, start: int, end: int) -> Iterable[Octets]:
        """The hashes over the full tiles of a level from index `start` up to `end`, in order."""


class Tree:
    """What can be computed of the rows of one log."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def leaves(self, start: int, end: int) -> list[PlacedLeaf]:
        """All leaves from position `start` up to `end`; every hash is recomputed, and a missing leaf refused."""
        found = list(self._rows.leaves(start, end))
        if [position for position, _, _ in found] != list(range(start, end)):
            raise PositionsHaveGap(start=start, end=end, found=len(found))
        return [_checked(position, bytes(entry), bytes(digest)) for position, entry, digest in found]

    def stretches(self, start: int, end: int) -> Iterator[list[PlacedLeaf]]:
        """The same, in stretches that fit in memory and end where full bundles end."""
        while start < end:
            stop = min(end, start - start % _STRETCH + _STRETCH)
            yield self.leaves(start, stop)
            start = stop

    def tile_hashes(self, tile: Tile) -> list[bytes]:
        """What stands in a tile; above level 0 these are the hashes over full tiles."""
        start = tile.index * WIDTH
        if tile.level == 0:
            return [leaf.leaf_hash for leaf in self.leaves(start, start + tile.width)]
        below = self._rows.full_tiles(tile.level - 1, start, start + tile.width)
        hashes = [bytes(digest) for digest in below]
        if len(hashes) != tile.width:
            raise PositionsHaveGap(start=start, end=start + tile.width, found=len(hashes))
        return hashes

    def root(self, size: int) -> bytes:
        """The root that the rows make at this size."""
        return merkle.root_of(size, self._nodes(size))

    def inclusion_path(self, position: int, size: int) -> tuple[bytes, ...]:
        """The way from a leaf to the root of this size (RFC 6962 §2.1.1)."""
        return tuple(merkle.inclusion_proof(position, size, self._nodes(size)))

    def consistency_path(self, old_size: int, new_size: int) -> tuple[bytes, ...]:
        """That the tree of the old size is the beginning of the new one (RFC 6962 §2.1.2)."""
        return tuple(merkle.consistency_proof(old_size, new_size, self._nodes(new_size)))

    def _nodes(self, size: int) -> NodeLookup:
        """Any node of the tree of this size, each tile being read once."""
        return node_from_tiles(size, lru_cache(maxsize=64)(self.tile_hashes))


def _checked(position: int, entry: bytes, digest: bytes) -> PlacedLeaf:
    if leaf_hash(entry) != digest:
        raise LeafAltered(position=position)
    return PlacedLeaf(entry, digest)
