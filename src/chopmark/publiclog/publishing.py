"""Making a log public: bundles and tiles first, then the checkpoint that speaks of them (C2SP tlog-tiles).

The files are a copy of what the database says. Remove `checkpoint`, and the next run writes all of it again.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, open_checkpoint
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.tiles import (
    CHECKPOINT_PATH,
    WIDTH,
    Bundle,
    Tile,
    changed_tiles,
    encode_bundle,
    encode_tile,
)
from chopmark.publiclog import durable
from chopmark.publiclog.errors import DatabaseBehindLog, RootDiffers
from chopmark.publiclog.heads import Head
from chopmark.publiclog.tree import PlacedLeaf, Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicLog:
    """One log: the key by which the world knows it, its tree, and whether its database knows a head."""

    own_key: Callable[[], VerifierKey]  # asked for when it is needed: a new home has none yet
    tree: Tree
    knows: Callable[[Checkpoint], bool]

    def require_known(self, folder: Path) -> None:
        """Refuse to go on from a database that was restored from before the checkpoint that is public."""
        self._published_size(folder)

    def publish(self, folder: Path, head: Head, note: str) -> bool:
        """Bring the folder up to this head, with its note to the letter; answers whether there was anything to do.

        1. Only one process writes the folder. 2. The tree must have the signed root. 3. Bundles and tiles
        become durable. 4. The checkpoint is replaced. 5. Partial tiles that a full one makes superfluous go.
        """
        # 1. A second publisher waits here, and then finds nothing to do.
        with durable.held(folder):
            published = self._published_size(folder)
            if published > head.size or (published == head.size and _says(folder, note)):
                return False

            # 2. A crash here leaves the folder as it was.
            if self.tree.root(head.size) != head.root_hash:
                raise RootDiffers(size=head.size)

            # 3. A crash here leaves tiles that no checkpoint speaks of; the next run writes the same ones again.
            for files in self._files(published, head.size):
                durable.write(folder, files)

            # 4. Before this line readers see the old checkpoint, after it the new one; both have all their tiles.
            durable.write(folder, {CHECKPOINT_PATH: note.encode()})

            # 5. A crash here leaves partial tiles that nobody needs and that do no harm.
            _remove_superseded(folder, published, head.size)
        return True

    def _published_size(self, folder: Path) -> int:
        """The size that the folder's checkpoint speaks of; one that our key did not sign counts for nothing.

        `DatabaseBehindLog` if the database does not know it: to go on would fork the log.
        """
        try:
            head = open_checkpoint((folder / CHECKPOINT_PATH).read_bytes().decode(), self.own_key())
        except (FileNotFoundError, UnicodeDecodeError, Refusal):
            return 0
        if not self.knows(head):
            raise DatabaseBehindLog(size=head.size)
        return head.size

    def _files(self, old_size: int, new_size: int) -> Iterator[dict[str, bytes]]:
        """What a tree of the new size has and one of the old size has not, a stretch at a time."""
        if old_size == new_size:
            return
        start = old_size - old_size % WIDTH
        for leaves in self.tree.stretches(start, new_size):
            yield dict(_level_0_files(start, leaves))
            start += len(leaves)
        above = (tile for tile in changed_tiles(old_size, new_size) if tile.level > 0)
        yield {tile.path: encode_tile(self.tree.tile_hashes(tile)) for tile in above}


def _says(folder: Path, note: str) -> bool:
    """Whether the folder's checkpoint is this one to the letter; otherwise a witness has cosigned it since."""
    return (folder / CHECKPOINT_PATH).read_bytes() == note.encode()


def _level_0_files(start: int, leaves: Sequence[PlacedLeaf]) -> Iterator[tuple[str, bytes]]:
    for at in range(0, len(leaves), WIDTH):
        within = leaves[at : at + WIDTH]
        index = (start + at) // WIDTH
        yield Bundle(index, len(within)).path, encode_bundle([leaf.entry for leaf in within])
        yield Tile(0, index, len(within)).path, encode_tile([leaf.leaf_hash for leaf in within])


def _remove_superseded(folder: Path, old_size: int, new_size: int) -> None:
    """What was partial and is full: a reader of an older checkpoint takes the beginning of the full one."""
    for changed in changed_tiles(old_size, new_size):
        if changed.width == WIDTH:
            shutil.rmtree(folder / f"{changed.path}.p", ignore_errors=True)
            if changed.level == 0:
                shutil.rmtree(folder / f"{Bundle(changed.index).path}.p", ignore_errors=True)
