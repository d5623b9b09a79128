"""What the log can prove of a leaf, as one file for whoever may see what the leaf is about."""

from collections.abc import Collection

from chopmark.pki.tlog.leaf import canonical_payload
from chopmark.pki.tlog.proof import Proof, check_proof
from chopmark.pki.tlog.statement import Statement, encode_statement, open_statement
from chopmark.publiclog.errors import LeafNotUnderCheckpoint
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.tree import TREE
from chopmark.strongroom.models import Leaf, LeafPayload


def signed_size() -> int:
    """How many leaves stand under the newest signature that may be relied on: from it proofs are made."""
    newest = witnesses.newest_witnessed()
    return 0 if newest is None else newest.size


def positions(leaf_ids: Collection[int]) -> dict[int, int]:
    """Where these leaves stand in the log."""
    placed = Leaf.objects.filter(pk__in=leaf_ids)
    return dict(placed.values_list("pk", "position"))


def proof_of(leaf_id: int) -> Proof:
    """The leaf, opened unless it was shredded, and its way to the newest root that has its quorum; checked before it is given."""
    leaf = Leaf.objects.get(pk=leaf_id)
    newest = witnesses.newest_witnessed()
    if newest is None or leaf.position >= newest.size:
        raise LeafNotUnderCheckpoint
    opened = LeafPayload.objects.filter(pk=leaf_id).first()
    statement = Statement(
        entry=bytes(leaf.entry),
        payload_json=None if opened is None else canonical_payload(opened.payload),
        salt=None if opened is None else bytes(opened.salt),
    )
    proof = Proof(
        index=leaf.position,
        path=TREE.inclusion_path(leaf.position, newest.size),
        checkpoint=witnesses.public_note(newest),
        extra=encode_statement(statement),
    )
    check_proof(
        proof, statement.entry, key=own_key()
    )  # its cosignatures were checked when the head was chosen
    open_statement(statement)
    return proof
