"""What the log says of a leaf: whether it is under a checkpoint, and the proof."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from chopmark.authority.transparency import alerts, witnesses
from chopmark.authority.transparency.models import (
    Checkpoint,
    Position,
    SetAside,
    SigningAlert,
)
from chopmark.authority.transparency.tree import TREE
from chopmark.publiclog.errors import LeafNotUnderCheckpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """All that an outsider needs, beside the log's key, to see that an entry is in the log."""

    index: int
    entry: bytes
    path: tuple[bytes, ...]
    checkpoint: str


def latest_checkpoint() -> Checkpoint | None:
    """The largest tree head that was signed."""
    return Checkpoint.objects.order_by("size").last()


def is_under_checkpoint(leaf_id: int) -> bool:
    """Whether a signature, and a quorum of witnesses, stands for this leaf; before, nothing is delivered or published."""
    position = _position(leaf_id)
    if position is None:
        return False
    newest = witnesses.newest_witnessed()
    return newest is not None and newest.size > position


def are_under_checkpoint(leaf_ids: Sequence[int]) -> bool:
    """The same of some thousands together."""
    newest = witnesses.newest_witnessed()
    if newest is None:
        return not leaf_ids
    placed = Position.objects.filter(leaf_id__in=leaf_ids, position__lt=newest.size)
    return placed.values("leaf_id").distinct().count() == len(set(leaf_ids))


def inclusion_proof(leaf_id: int) -> Inclusion:
    """The way from a leaf to the newest root that may be relied on (RFC 6962 §2.1.1)."""
    position, checkpoint = _position(leaf_id), witnesses.newest_witnessed()
    if position is None or checkpoint is None or position >= checkpoint.size:
        raise LeafNotUnderCheckpoint
    return Inclusion(
        index=position,
        entry=TREE.leaves(position, position + 1)[0].entry,
        path=TREE.inclusion_path(position, checkpoint.size),
        checkpoint=witnesses.public_note(checkpoint),
    )


def leaves_left_out() -> int:
    """How many leaves have no position, whatever the horizon says: more than the newest few is a fault."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select count(*) from audit_leaf leaf
            where not exists (select from transparency_position p where p.leaf_id = leaf.id)
            """
        )
        return int(cursor.fetchone()[0])


def has_alarm() -> bool:
    """Whether somebody must look: signer or witness would not go on, or a leaf was not fit for the log."""
    newest = latest_checkpoint()
    stuck = SigningAlert.objects.filter(after_size=newest.size if newest else 0).exists()
    return stuck or SetAside.objects.exists() or bool(alerts.open_alerts())


def _position(leaf_id: int) -> int | None:
    return Position.objects.filter(leaf_id=leaf_id).values_list("position", flat=True).first()
