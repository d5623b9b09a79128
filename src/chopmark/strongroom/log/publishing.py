"""Making the log public: bundles and tiles first, then the checkpoint that speaks of them (C2SP tlog-tiles).

The files are a copy of what the database says. Remove `checkpoint`, and the next run writes all of it again.
"""

import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.pki.tlog.merkle import root_of
from chopmark.pki.tlog.tiles import (
    CHECKPOINT_PATH,
    WIDTH,
    Bundle,
    Tile,
    changed_tiles,
    encode_bundle,
    encode_tile,
)
from chopmark.strongroom.log import durable, tree
from chopmark.strongroom.log.errors import DatabaseBehindLog, RootDiffers
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.signing import sign_growth
from chopmark.strongroom.models import LogCheckpoint


def publish_once(folder: Path, now: datetime) -> bool:
    """Sign what has grown and bring the folder up to it; answers whether there was anything to do.

    1. Only one process writes the folder. 2. The database knows what is public. 3. The tree is signed. 4. It has the
    signed root. 5. Bundles and tiles become durable. 6. The checkpoint is replaced. 7. Superfluous partial tiles go.
    """
    # 1. A second publisher waits here, and then finds nothing to do.
    with durable.held(folder):
        # 2. Before anything is signed: a database restored from before it must not grow another tree.
        published = _published_size(folder)

        # 3. A crash after this leaves a signed checkpoint that nobody has seen; the next run publishes it.
        sign_growth(now)
        newest = LogCheckpoint.objects.order_by("size").last()
        if newest is None or newest.size <= published:
            return False

        # 4. A crash here leaves the folder as it was.
        if root_of(newest.size, tree.node_lookup(newest.size)) != bytes(newest.root_hash):
            raise RootDiffers(size=newest.size)

        # 5. A crash here leaves tiles that no checkpoint speaks of; the next run writes the same ones again.
        for files in _files(published, newest.size):
            durable.write(folder, files)

        # 6. Before this line readers see the old checkpoint, after it the new one; both have all their tiles.
        durable.write(folder, {CHECKPOINT_PATH: newest.note.encode()})

        # 7. A crash here leaves partial tiles that nobody needs and that do no harm.
        _remove_superseded(folder, published, newest.size)
    return True


def _published_size(folder: Path) -> int:
    """The size that the folder's checkpoint speaks of; one that our key did not sign counts for nothing.

    `DatabaseBehindLog` if the database does not know it: to go on would fork the log.
    """
    try:
        head = open_checkpoint((folder / CHECKPOINT_PATH).read_bytes().decode(), own_key())
    except (FileNotFoundError, UnicodeDecodeError, Refusal):
        return 0
    if not LogCheckpoint.objects.filter(size=head.size, root_hash=head.root_hash).exists():
        raise DatabaseBehindLog(size=head.size)
    return head.size


def _files(old_size: int, new_size: int) -> Iterator[dict[str, bytes]]:
    """What a tree of the new size has and one of the old size has not, a stretch at a time."""
    start = old_size - old_size % WIDTH
    for leaves in tree.stretches(start, new_size):
        yield dict(_level_0_files(start, leaves))
        start += len(leaves)
    above = (tile for tile in changed_tiles(old_size, new_size) if tile.level > 0)
    yield {tile.path: encode_tile(tree.tile_hashes(tile)) for tile in above}


def _level_0_files(start: int, leaves: Sequence[tree.PlacedLeaf]) -> Iterator[tuple[str, bytes]]:
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
