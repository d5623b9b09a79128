"""Walking a log's files from the entries up, a level-0 tile at a time."""

from collections.abc import Callable, Iterator, Sequence

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.pki.tlog.merkle import HASH_SIZE, RightEdge, leaf_hash
from chopmark.pki.tlog.tiles import WIDTH, Bundle, Tile
from chopmark.verifier.faults import Fault, FaultCode
from chopmark.verifier.sources import Source

# Told of each entry that is in order: its index and its octets.
OnEntry = Callable[[int, bytes], None]


class TileReader:
    """Reads every bundle and tile of a tree of one size, and raises the first `Fault`, lowest entry first."""

    def __init__(self, source: Source, size: int, on_entry: OnEntry | None = None) -> None:
        self._source, self._size, self._on_entry = source, size, on_entry
        # The unfinished tile of every level above the entries, as the entries make it.
        self._above: list[list[bytes]] = []
        self._done: list[int] = []
        self.tiles = 0

    def leaf_hashes(self) -> Iterator[list[bytes]]:
        """The hashes of the entries, a bundle's at a time, each compared with the tiles before it is handed out."""
        for index in range(-(-self._size // WIDTH)):
            width = min(WIDTH, self._size - index * WIDTH)
            hashes = self._checked_bundle(index, width)
            yield hashes
            if width == WIDTH:
                self._push(0, hashes)
        for level, hashes in enumerate(self._above):
            if hashes:
                self._compare_above(level + 1, self._done[level], hashes)

    def _checked_bundle(self, index: int, width: int) -> list[bytes]:
        """Compare bundle and tile entry by entry, so that the first one in question has a number."""
        bundle, tile = Bundle(index, width), Tile(0, index, width)
        entries, is_whole = self._entries(bundle)
        expected = self._hashes(tile)
        start = index * WIDTH
        hashes = [leaf_hash(entry) for entry in entries[:width]]
        for at in range(width):
            if at >= len(hashes):
                raise Fault(FaultCode.BUNDLE_MALFORMED, path=bundle.path, first=start + at)
            if at >= len(expected):
                raise Fault(FaultCode.TILE_MALFORMED, path=tile.path, first=start + at)
            if hashes[at] != expected[at]:
                raise Fault(FaultCode.ENTRY_DIFFERS, path=bundle.path, first=start + at)
            self._decode(start + at, entries[at], bundle.path)
        if len(entries) > width or not is_whole:
            raise Fault(FaultCode.BUNDLE_MALFORMED, path=bundle.path, first=start + width)
        if len(expected) > width:
            raise Fault(FaultCode.TILE_MALFORMED, path=tile.path, first=start + width)
        self.tiles += 1
        return hashes

    def _decode(self, index: int, entry: bytes, path: str) -> None:
        try:
            decode_leaf(entry)
        except Refusal as refusal:
            why = str(refusal.details.get("why", refusal.code))
            raise Fault(FaultCode.ENTRY_MALFORMED, path=path, first=index, why=why) from None
        if self._on_entry:
            self._on_entry(index, entry)

    def _push(self, level: int, hashes: Sequence[bytes]) -> None:
        """A full tile of this level is one hash in the level above."""
        if level == len(self._above):
            self._above.append([])
            self._done.append(0)
        above = self._above[level]
        above.append(RightEdge().append(hashes).root())
        if len(above) == WIDTH:
            self._compare_above(level + 1, self._done[level], above)
            self._push(level + 1, above)
            self._above[level], self._done[level] = [], self._done[level] + 1

    def _compare_above(self, level: int, index: int, hashes: Sequence[bytes]) -> None:
        tile = Tile(level, index, len(hashes))
        covers = WIDTH**level
        found = self._hashes(tile)
        for at in range(max(len(hashes), len(found))):
            if hashes[at : at + 1] != found[at : at + 1]:
                first = (index * WIDTH + at) * covers
                code = FaultCode.TILE_DIFFERS if len(found) == len(hashes) else FaultCode.TILE_MALFORMED
                last = min(first + covers, self._size) - 1
                raise Fault(code, path=tile.path, first=min(first, last), last=last)
        self.tiles += 1

    def _entries(self, bundle: Bundle) -> tuple[list[bytes], bool]:
        octets, is_longer = self._file(bundle.path, Bundle(bundle.index).path, bundle.index, bundle.width, 0)
        entries, is_whole = split_bundle(octets)
        # The full bundle that has taken the place of a partial one begins with it.
        return (entries[: bundle.width], True) if is_longer else (entries, is_whole)

    def _hashes(self, tile: Tile) -> list[bytes]:
        full = Tile(tile.level, tile.index)
        octets, is_longer = self._file(tile.path, full.path, tile.index, tile.width, tile.level)
        hashes = [octets[at : at + HASH_SIZE] for at in range(0, len(octets), HASH_SIZE)]
        return hashes[: tile.width] if is_longer else hashes

    def _file(self, path: str, full_path: str, index: int, width: int, level: int) -> tuple[bytes, bool]:
        """A file, or the full one that followed it; and whether it is that."""
        octets = self._source.read(path)
        if octets is not None:
            return octets, False
        octets = self._source.read(full_path) if path != full_path else None
        if octets is not None:
            return octets, True
        code = FaultCode.BUNDLE_MISSING if "/entries/" in path else FaultCode.TILE_MISSING
        first = index * WIDTH ** (level + 1)
        raise Fault(code, path=path, first=first, last=first + width * WIDTH**level - 1)


def split_bundle(octets: bytes) -> tuple[list[bytes], bool]:
    """The entries that can be read, and whether nothing was left over; the reader's own, apart from the writer's."""
    entries: list[bytes] = []
    at = 0
    while at + 2 <= len(octets):
        length = octets[at] << 8 | octets[at + 1]
        if at + 2 + length > len(octets):
            break
        entries.append(octets[at + 2 : at + 2 + length])
        at += 2 + length
    return entries, at == len(octets)
