import pytest

from chopmark.authority.transparency.keys import own_key
from chopmark.authority.transparency.models import Checkpoint
from chopmark.authority.transparency.selectors import (
    inclusion_proof,
    is_under_checkpoint,
    latest_checkpoint,
)
from chopmark.authority.transparency.tree import TREE
from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.pki.tlog.merkle import check_consistency, check_inclusion, leaf_hash
from chopmark.publiclog.errors import LeafNotUnderCheckpoint


def test_it_works(house):
    leaves = house.leave(600)
    house.settle()
    for index in (0, 255, 256, 511, 512, 599):
        proof = inclusion_proof(leaves[index])
        head = open_checkpoint(proof.checkpoint, own_key())
        assert proof.index == index
        check_inclusion(leaf_hash(proof.entry), index, head.size, proof.path, head.root_hash)


def test_a_leaf_is_under_a_checkpoint_when_one_is_signed(house):
    [leaf] = house.leave()
    assert not is_under_checkpoint(leaf)
    house.sequence()
    assert not is_under_checkpoint(leaf)
    with pytest.raises(LeafNotUnderCheckpoint):
        inclusion_proof(leaf)
    house.sign()
    assert is_under_checkpoint(leaf)
    [later] = house.leave()
    house.sequence()
    assert not is_under_checkpoint(later)
    with pytest.raises(LeafNotUnderCheckpoint):
        inclusion_proof(later)


def test_there_is_no_checkpoint_before_the_first(house):
    assert latest_checkpoint() is None


def test_any_two_checkpoints_are_consistent(house):
    for count in (3, 250, 300):
        house.leave(count)
        house.settle()
    old, middle, new = Checkpoint.objects.order_by("size")
    for first, second in ((old, middle), (middle, new), (old, new)):
        proof = TREE.consistency_path(first.size, second.size)
        check_consistency(
            first.size,
            second.size,
            proof,
            old_root=bytes(first.root_hash),
            new_root=bytes(second.root_hash),
        )
