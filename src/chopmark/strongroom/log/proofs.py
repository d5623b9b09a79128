"""What the log can prove of a leaf, as one file for whoever may see what the leaf is about."""

from collections.abc import Collection

from chopmark.pki.tlog import merkle
from chopmark.pki.tlog.proof import Proof, check_proof
from chopmark.strongroom.errors import LeafNotUnderCheckpoint
from chopmark.strongroom.log import tree
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.models import Leaf, LeafPayload, LogCheckpoint


def signed_size() -> int:
    """How many leaves stand under the newest signature."""
    newest = LogCheckpoint.objects.order_by("size").last()
    return 0 if newest is None else newest.size


def positions(leaf_ids: Collection[int]) -> dict[int, int]:
    """Where these leaves stand in the log."""
    placed = Leaf.objects.filter(pk__in=leaf_ids)
    return dict(placed.values_list("pk", "position"))


def proof_of(leaf_id: int) -> Proof:
    """The leaf, opened unless it was shredded, and its way to the newest signed root; checked before it is given."""
    leaf = Leaf.objects.get(pk=leaf_id)
    newest = LogCheckpoint.objects.order_by("size").last()
    if newest is None or leaf.position >= newest.size:
        raise LeafNotUnderCheckpoint
    opened = LeafPayload.objects.filter(pk=leaf_id).first()
    proof = Proof(
        origin=own_key().name,
        index=leaf.position,
        entry=bytes(leaf.entry),
        path=tuple(merkle.inclusion_proof(leaf.position, newest.size, tree.node_lookup(newest.size))),
        checkpoint=newest.note,
        payload=None if opened is None else opened.payload,
        salt=None if opened is None else bytes(opened.salt),
    )
    check_proof(proof, own_key())
    return proof
