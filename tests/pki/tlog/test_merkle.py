import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from pymerkle import verify_inclusion as oracle_accepts

from chopmark.pki.tlog.merkle import (
    EMPTY_ROOT,
    ProofWrong,
    RightEdge,
    RightEdgeMalformed,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)

SIZE = 130
ENTRIES = [b"entry %d" % i for i in range(SIZE)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]
ORACLE = InmemoryTree.init_from_entries(ENTRIES)

sizes = st.integers(1, SIZE)


def node(level: int, index: int) -> bytes:
    """Straight from the definition, so that the lookup itself is above suspicion."""
    if level == 0:
        return HASHES[index]
    return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))


def root(size: int) -> bytes:
    return ORACLE.get_root(size)


def test_it_works():
    proof = inclusion_proof(5, 7, node)

    check_inclusion(HASHES[5], 5, 7, proof, root(7))
    assert proof == [HASHES[4], HASHES[6], node(2, 0)]


def test_the_empty_tree_is_the_hash_of_nothing():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert RightEdge().root() == root_of(0, node) == EMPTY_ROOT


@given(st.lists(st.integers(0, 40), max_size=3))
def test_roots_agree_with_another_implementation_however_the_leaves_arrive(steps):
    edge, at = RightEdge(), 0
    for step in steps:
        edge, at = edge.append(HASHES[at : at + step]), at + step
    assert edge.size == at
    assert edge.root() == root_of(at, node) == ORACLE.get_root(at)


@given(sizes, st.data())
def test_inclusion_proofs_agree_with_another_implementation(size, data):
    index = data.draw(st.integers(0, size - 1))
    theirs = ORACLE.prove_inclusion(index + 1, size)

    ours = inclusion_proof(index, size, node)

    assert theirs.path == [HASHES[index], *ours]
    check_inclusion(HASHES[index], index, size, ours, root(size))
    oracle_accepts(HASHES[index], root(size), theirs)


@given(sizes, st.data())
def test_consistency_is_proved_between_roots_of_another_implementation(new, data):
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, node)

    check_consistency(old, new, proof, old_root=root(old), new_root=root(new))


def test_the_examples_of_the_rfc_come_out():
    # RFC 6962 §2.1.3: seven leaves, whose hashes and nodes it calls by letters.
    a, b, c, d, j = (HASHES[at] for at in (0, 1, 2, 3, 6))
    g, h, i, k = node(1, 0), node(1, 1), node(1, 2), node(2, 0)
    right = node_hash(i, j)

    assert inclusion_proof(0, 7, node) == [b, h, right]
    assert inclusion_proof(3, 7, node) == [c, g, right]
    assert inclusion_proof(4, 7, node) == [HASHES[5], j, k]
    assert inclusion_proof(6, 7, node) == [i, k]
    assert consistency_proof(3, 7, node) == [c, d, g, right]
    assert consistency_proof(4, 7, node) == [right]
    assert consistency_proof(6, 7, node) == [i, j, k]
    assert root(7) == node_hash(node_hash(g, h), right) and node_hash(a, b) == g


@given(sizes, st.data())
def test_a_proof_altered_anywhere_proves_nothing(size, data):
    index = data.draw(st.integers(0, size - 1))
    proof = spoilt(inclusion_proof(index, size, node), data)
    with pytest.raises(ProofWrong):
        check_inclusion(HASHES[index], index, size, proof, root(size))


@given(st.integers(2, SIZE), st.data())
def test_a_rewritten_history_is_not_consistent(new, data):
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, node)
    wrong = data.draw(st.sampled_from(["proof", "old root", "new root"]))
    with pytest.raises(ProofWrong):
        check_consistency(
            old,
            new,
            spoilt(proof, data) if wrong == "proof" else proof,
            old_root=bytes(32) if wrong == "old root" else root(old),
            new_root=bytes(32) if wrong == "new root" else root(new),
        )


def spoilt(proof: list[bytes], data: st.DataObject) -> list[bytes]:
    way = data.draw(st.sampled_from(["longer", "shorter", "flipped"] if proof else ["longer"]))
    if way == "longer":
        return [*proof, bytes(32)]
    if way == "shorter":
        return proof[:-1]
    at = data.draw(st.integers(0, len(proof) - 1))
    return [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]]


def test_nothing_is_proved_of_the_empty_tree_but_that_everything_continues_it():
    check_consistency(0, 5, [], old_root=EMPTY_ROOT, new_root=root(5))
    with pytest.raises(ProofWrong):
        check_consistency(0, 5, [], old_root=bytes(32), new_root=root(5))
    with pytest.raises(ProofWrong):
        check_consistency(0, 5, [bytes(32)], old_root=EMPTY_ROOT, new_root=root(5))
    with pytest.raises(ProofWrong):
        check_consistency(5, 4, [], old_root=root(5), new_root=root(4))


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index, size):
    with pytest.raises(ProofWrong):
        inclusion_proof(index, size, node)


@given(st.integers(0, SIZE))
def test_an_edge_survives_being_stored(size):
    edge = RightEdge().append(HASHES[:size])

    assert RightEdge.from_bytes(edge.size, edge.to_bytes()) == edge


@pytest.mark.parametrize("octets", [b"", bytes(32), bytes(65), bytes(96)])
def test_an_edge_of_another_size_is_refused(octets):
    with pytest.raises(RightEdgeMalformed):
        RightEdge.from_bytes(5, octets)


def test_each_completed_subtree_is_told_once():
    told: dict[tuple[int, int], bytes] = {}
    edge = RightEdge()
    for start in range(0, SIZE, 7):
        edge = edge.append(
            HASHES[start : start + 7],
            on_complete=lambda level, index, digest: told.setdefault((level, index), digest) and None,
        )

    expected = {(level, index) for level in range(1, 8) for index in range(SIZE >> level)}
    assert told.keys() == expected
    assert all(told[at] == node(*at) for at in expected)
