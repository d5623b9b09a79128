"""Signing the head of the tree: only over leaves that were hashed again, and only as growth of what was signed last."""

from dataclasses import asdict
from datetime import datetime

from django.db import connection, transaction

from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint, open_checkpoint
from chopmark.pki.tlog.merkle import RightEdge
from chopmark.pki.tlog.note import signature_line, signed_text
from chopmark.publiclog import heads
from chopmark.publiclog.errors import LastCheckpointAltered, RootDiffers
from chopmark.strongroom import locks
from chopmark.strongroom.log import tree
from chopmark.strongroom.log.book import BOOK
from chopmark.strongroom.log.keys import own_key, signing_key
from chopmark.strongroom.log.tree import TREE
from chopmark.strongroom.models import FullTile, LogCheckpoint


def sign_growth(now: datetime) -> LogCheckpoint | None:
    """Sign the tree over every leaf that has committed; answers the checkpoint, or nothing if nothing is new.

    The signature and what it was made from commit together. A crash before that forgets a signature that nobody saw.
    """
    with transaction.atomic():
        # 1. One signer at a time, each going on from what was signed last and from nothing else.
        _wait_for_turn()
        last, size = BOOK.newest(), tree.size()
        edge = heads.edge_of(last, own_key()) if last else RightEdge()
        if size < edge.size:
            raise LastCheckpointAltered(size=edge.size, leaves=size)
        if size == edge.size:
            return None

        # 2. Hash every leaf in between; one that is missing or altered is refused by the tree.
        full: list[heads.FullTile] = []
        for leaves in TREE.stretches(edge.size, size):
            edge, filled = heads.grown(edge, (leaf.leaf_hash for leaf in leaves))
            full += filled

        # 3. Sign what was recomputed, and keep it for good.
        FullTile.objects.bulk_create(FullTile(**asdict(tile)) for tile in full)
        return LogCheckpoint.objects.create(
            size=edge.size,
            root_hash=edge.root(),
            right_edge=edge.to_bytes(),
            note=_signed(edge),
            signed_at=now,
        )


def check() -> int:
    """Hash the whole log again and hold it beside every checkpoint that was signed; answers its size.

    Raises at the first leaf, or the first signed root, that is not as it was.
    """
    edge, size = RightEdge(), tree.size()
    for signed in LogCheckpoint.objects.order_by("size").iterator():
        for leaves in TREE.stretches(edge.size, signed.size):
            edge = edge.append(leaf.leaf_hash for leaf in leaves)
        head = open_checkpoint(signed.note, own_key())
        if (head.size, head.root_hash) != (edge.size, edge.root()):
            raise RootDiffers(size=signed.size)
    for leaves in TREE.stretches(edge.size, size):
        edge = edge.append(leaf.leaf_hash for leaf in leaves)
    return edge.size


def _wait_for_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", locks.SIGNING)


def _signed(edge: RightEdge) -> str:
    body = format_checkpoint(Checkpoint(own_key().name, edge.size, edge.root()))
    return signed_text(body, [signature_line(own_key(), signing_key().sign(body.encode()))])
