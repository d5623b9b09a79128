"""The tree as the database has it: entries and hashes by position, and the tiles that they make."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from chopmark.pki.tlog.merkle import NodeLookup, leaf_hash
from chopmark.pki.tlog.tiles import WIDTH, Tile, node_from_tiles
from chopmark.strongroom.log.errors import LeafAltered, PositionsHaveGap
from chopmark.strongroom.models import FullTile, Leaf

_STRETCH = 32 * WIDTH


@dataclass(frozen=True, slots=True)
class PlacedLeaf:
    """An entry of the log, whose hash was recomputed when it was read."""

    entry: bytes
    leaf_hash: bytes


def size() -> int:
    """How many leaves have committed; each has its place, so this is the next one's."""
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1


def leaves(start: int, end: int) -> list[PlacedLeaf]:
    """All leaves from position `start` up to `end`; every hash is recomputed, and a missing leaf refused."""
    placed = Leaf.objects.filter(position__gte=start, position__lt=end).order_by("position")
    found = list(placed.values_list("position", "entry", "leaf_hash"))
    if [position for position, _, _ in found] != list(range(start, end)):
        raise PositionsHaveGap(start=start, end=end, found=len(found))
    return [_checked(position, bytes(entry), bytes(digest)) for position, entry, digest in found]


def stretches(start: int, end: int) -> Iterator[list[PlacedLeaf]]:
    """The same, in stretches that fit in memory and end where full bundles end."""
    while start < end:
        stop = min(end, start - start % _STRETCH + _STRETCH)
        yield leaves(start, stop)
        start = stop


def _checked(position: int, entry: bytes, digest: bytes) -> PlacedLeaf:
    if leaf_hash(entry) != digest:
        raise LeafAltered(position=position)
    return PlacedLeaf(entry, digest)


def tile_hashes(tile: Tile) -> list[bytes]:
    """What stands in a tile; above level 0 these are the hashes over full tiles."""
    start = tile.index * WIDTH
    if tile.level == 0:
        return [leaf.leaf_hash for leaf in leaves(start, start + tile.width)]
    below = FullTile.objects.filter(level=tile.level - 1, index__gte=start, index__lt=start + tile.width)
    hashes = [bytes(digest) for digest in below.order_by("index").values_list("root_hash", flat=True)]
    if len(hashes) != tile.width:
        raise PositionsHaveGap(start=start, end=start + tile.width, found=len(hashes))
    return hashes


def node_lookup(size: int) -> NodeLookup:
    """Any node of the tree of this size, each tile being read once."""
    return node_from_tiles(size, lru_cache(maxsize=64)(tile_hashes))
