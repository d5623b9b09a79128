"""The Merkle tree of RFC 6962 §2.1: hashes, a right edge to append to, roots and both kinds of proof."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal

HASH_SIZE = hashlib.sha256().digest_size
EMPTY_ROOT = hashlib.sha256().digest()

# Answers the hash over the 2**level leaves that begin at leaf index * 2**level; never of an incomplete one.
NodeLookup = Callable[[int, int], bytes]
# Told of each subtree that an append completes: its level, its index within that level, its hash.
OnComplete = Callable[[int, int, bytes], None]


class ProofWrong(Refusal):
    """This proof does not lead from what is claimed to the root."""

    code = "proof_wrong"


class RightEdgeMalformed(Refusal):
    """These octets are not the right edge of a tree of this size."""

    code = "right_edge_malformed"


def leaf_hash(entry: bytes) -> bytes:
    """MTH of one entry; the prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class RightEdge:
    """All that must be kept of a tree to go on appending: its complete subtrees, largest (leftmost) first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise RightEdgeMalformed(size=self.size, hashes=len(self.hashes))

    @classmethod
    def from_bytes(cls, size: int, octets: bytes) -> "RightEdge":
        if len(octets) % HASH_SIZE:
            raise RightEdgeMalformed(size=size, octets=len(octets))
        return cls(size, tuple(octets[at : at + HASH_SIZE] for at in range(0, len(octets), HASH_SIZE)))

    def to_bytes(self) -> bytes:
        return b"".join(self.hashes)

    def append(self, leaf_hashes: Iterable[bytes], *, on_complete: OnComplete | None = None) -> "RightEdge":
        """The edge after these leaves; each costs one hash on average, whatever the size of the tree."""
        size, stack = self.size, list(self.hashes)
        for leaf in leaf_hashes:
            digest, level = leaf, 0
            # Each set bit of the old size is a subtree that this leaf makes part of a larger one.
            while size >> level & 1:
                digest, level = node_hash(stack.pop(), digest), level + 1
                if on_complete:
                    on_complete(level, size >> level, digest)
            stack.append(digest)
            size += 1
        return RightEdge(size, tuple(stack))

    def root(self) -> bytes:
        return _fold(self.hashes)


def _fold(subtrees: Sequence[bytes]) -> bytes:
    """The root over neighbouring subtrees, each larger than all to its right together."""
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        root = node_hash(left, root)
    return root


def root_of(size: int, node: NodeLookup) -> bytes:
    return EMPTY_ROOT if size == 0 else _range_root(0, size, node)


def inclusion_proof(index: int, size: int, node: NodeLookup) -> list[bytes]:
    """The audit path PATH(index, D[size]), nearest sibling first (RFC 6962 §2.1.1)."""
    _require_inside(index, size)
    return _path(index, 0, size, node)


def consistency_proof(old_size: int, new_size: int, node: NodeLookup) -> list[bytes]:
    """PROOF(old, D[new]): the tree of the old size is the beginning of the new one (RFC 6962 §2.1.2)."""
    if not 0 <= old_size <= new_size:
        raise ProofWrong(old_size=old_size, new_size=new_size)
    return [] if old_size in (0, new_size) else _subproof(old_size, 0, new_size, True, node)


def check_inclusion(digest: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raise unless the proof leads from this leaf hash, at this index, to the root of a tree of this size."""
    _require_inside(index, size)
    if _root_by_path(digest, index, size, list(proof)) != root:
        raise ProofWrong(index=index, size=size)


def check_consistency(
    old_size: int, new_size: int, proof: Sequence[bytes], *, old_root: bytes, new_root: bytes
) -> None:
    """Raise unless the proof shows that the tree of the old root is the beginning of that of the new."""
    if not 0 <= old_size <= new_size:
        raise ProofWrong(old_size=old_size, new_size=new_size)
    if old_size == 0:
        # The empty tree is the beginning of every tree, so there is nothing to prove, and nothing to send.
        roots = (EMPTY_ROOT, new_root) if not proof else None
    else:
        roots = _roots_by_subproof(old_size, new_size, old_root, list(proof))
    if roots != (old_root, new_root):
        raise ProofWrong(old_size=old_size, new_size=new_size)


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_root(start: int, size: int, node: NodeLookup) -> bytes:
    """MTH(D[start:start+size]), for a range that the recursion of the RFC can reach."""
    if size.bit_count() == 1:
        level = size.bit_length() - 1
        return node(level, start >> level)
    left = _split(size)
    return node_hash(_range_root(start, left, node), _range_root(start + left, size - left, node))


def _path(index: int, start: int, size: int, node: NodeLookup) -> list[bytes]:
    if size == 1:
        return []
    left = _split(size)
    if index < left:
        return [*_path(index, start, left, node), _range_root(start + left, size - left, node)]
    return [*_path(index - left, start + left, size - left, node), _range_root(start, left, node)]


def _subproof(old: int, start: int, size: int, known: bool, node: NodeLookup) -> list[bytes]:
    """SUBPROOF(old, D[start:start+size], known): `known` while the old tree's root is this very range's."""
    if old == size:
        return [] if known else [_range_root(start, size, node)]
    left = _split(size)
    if old <= left:
        return [*_subproof(old, start, left, known, node), _range_root(start + left, size - left, node)]
    return [*_subproof(old - left, start + left, size - left, False, node), _range_root(start, left, node)]


def _root_by_path(digest: bytes, index: int, size: int, proof: list[bytes]) -> bytes | None:
    """Walk `_path` backwards; None when the proof is of another length than the tree demands."""
    if size == 1:
        return digest if not proof else None
    if not proof:
        return None
    sibling, left = proof.pop(), _split(size)
    if index < left:
        below = _root_by_path(digest, index, left, proof)
        return below and node_hash(below, sibling)
    below = _root_by_path(digest, index - left, size - left, proof)
    return below and node_hash(sibling, below)


def _roots_by_subproof(
    old: int, size: int, known: bytes | None, proof: list[bytes]
) -> tuple[bytes, bytes] | None:
    """Walk `_subproof` backwards, building the old root and the new one together."""
    if old == size:
        if known is not None:
            return (known, known) if not proof else None
        return (proof[0], proof[0]) if len(proof) == 1 else None
    if not proof:
        return None
    sibling, left = proof.pop(), _split(size)
    if old <= left:
        roots = _roots_by_subproof(old, left, known, proof)
        return roots and (roots[0], node_hash(roots[1], sibling))
    roots = _roots_by_subproof(old - left, size - left, None, proof)
    return roots and (node_hash(sibling, roots[0]), node_hash(sibling, roots[1]))


def _require_inside(index: int, size: int) -> None:
    if not 0 <= index < size:
        raise ProofWrong(index=index, size=size)
