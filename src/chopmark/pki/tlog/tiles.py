"""Tiles and entry bundles: how a tree is cut into immutable files, and their names (C2SP tlog-tiles)."""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.merkle import HASH_SIZE, NodeLookup, RightEdge

HEIGHT = 8
WIDTH = 1 << HEIGHT
HIGHEST_LEVEL = 63
CHECKPOINT_PATH = "checkpoint"

_PATH = re.compile(
    r"tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class TileMalformed(Refusal):
    """These octets are not a tile or an entry bundle of the width that they should have."""

    code = "tile_malformed"


class TilePathMalformed(Refusal):
    """No tile and no entry bundle has this name."""

    code = "tile_path_malformed"


@dataclass(frozen=True, slots=True)
class Tile:
    """`width` hashes of one level, beginning at hash index * 256; partial when narrower than 256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        return f"tile/{self.level}/{_index_path(self.index)}{_width_path(self.width)}"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The entries behind one tile of level 0."""

    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        return f"tile/entries/{_index_path(self.index)}{_width_path(self.width)}"


def _index_path(index: int) -> str:
    """Groups of three digits, all but the last marked by an x: no name is both a file and a folder."""
    path = f"{index % 1000:03}"
    while index := index // 1000:
        path = f"x{index % 1000:03}/{path}"
    return path


def _width_path(width: int) -> str:
    return "" if width == WIDTH else f".p/{width}"


def parse_path(path: str) -> Tile | Bundle:
    """What a path names, if it is written in the one lawful way."""
    found = _PATH.fullmatch(path)
    if found is None:
        raise TilePathMalformed
    index = int(re.sub("[x/]", "", found["index"]))
    width = int(found["width"] or WIDTH)
    named = Bundle(index, width) if found["level"] == "entries" else Tile(int(found["level"]), index, width)
    # Writing it again catches leading zero groups, .p/256 and wider.
    if named.path != path or width > WIDTH or (isinstance(named, Tile) and named.level > HIGHEST_LEVEL):
        raise TilePathMalformed
    return named


def changed_bundles(old_size: int, new_size: int) -> Iterator[Bundle]:
    """The bundles that a tree of the new size has and a tree of the old size has not."""
    for index, width in _changed(old_size, new_size):
        yield Bundle(index, width)


def changed_tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    """The tiles, lowest level first, that a tree of the new size has and a tree of the old size has not."""
    for level in range(HIGHEST_LEVEL + 1):
        old_count, new_count = old_size >> HEIGHT * level, new_size >> HEIGHT * level
        if old_count == new_count:
            return
        for index, width in _changed(old_count, new_count):
            yield Tile(level, index, width)


def _changed(old_count: int, new_count: int) -> Iterator[tuple[int, int]]:
    if old_count >= new_count:
        return
    for index in range(old_count // WIDTH, (new_count - 1) // WIDTH + 1):
        yield index, min(WIDTH, new_count - index * WIDTH)


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries one after another, each behind its length in two octets."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def decode_bundle(octets: bytes, width: int) -> list[bytes]:
    """Exactly `width` entries and nothing after them; a refusal says how many could be read."""
    entries: list[bytes] = []
    at = 0
    while at < len(octets) and len(entries) < width:
        end = at + 2 + int.from_bytes(octets[at : at + 2], "big")
        if end > len(octets) or at + 2 > len(octets):
            break
        entries.append(octets[at + 2 : end])
        at = end
    if len(entries) != width or at != len(octets):
        raise TileMalformed(width=width, readable=len(entries))
    return entries


def encode_tile(hashes: Sequence[bytes]) -> bytes:
    return b"".join(hashes)


def decode_tile(octets: bytes, width: int) -> list[bytes]:
    """Exactly `width` hashes; a refusal says how many could be read."""
    if len(octets) != width * HASH_SIZE:
        raise TileMalformed(width=width, readable=min(width, len(octets) // HASH_SIZE))
    return [octets[at : at + HASH_SIZE] for at in range(0, len(octets), HASH_SIZE)]


def node_from_tiles(size: int, read: Callable[[Tile], Sequence[bytes]]) -> NodeLookup:
    """Look up a node of the tree of this size by reading the tile it lies in or can be hashed from."""

    def node(level: int, index: int) -> bytes:
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        tile_index, offset = divmod(first, WIDTH)
        width = min(WIDTH, (size >> HEIGHT * tile_level) - tile_index * WIDTH)
        hashes = read(Tile(tile_level, tile_index, width))[offset : offset + (1 << above)]
        return RightEdge().append(hashes).root()

    return node
