"""A proof in one file: that an entry is in a log, and what its commitment is over; read and checked offline.

JSON of one shape: {"v": 1, "origin", "index", "entry", "payload" or null, "salt" or null, "proof": [...], "checkpoint"};
octets are base64, the checkpoint is the text of the signed note.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, CheckpointOfAnotherLog, open_checkpoint
from chopmark.pki.tlog.leaf import Leaf, commitment, decode_leaf
from chopmark.pki.tlog.merkle import check_inclusion, leaf_hash
from chopmark.pki.tlog.note import VerifierKey

VERSION = 1
_FIELDS = frozenset({"v", "origin", "index", "entry", "payload", "salt", "proof", "checkpoint"})
# A tree of 2**63 leaves has no longer path.
_LONGEST_PATH = 63
LONGEST_FILE = 1_000_000


class ProofMalformed(Refusal):
    """This file is not a proof in the one shape that a proof has."""

    code = "proof_malformed"


class CommitmentWrong(Refusal):
    """The payload and salt of the proof are not what the entry commits to."""

    code = "commitment_wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """An entry, where it stands, the way to a signed root, and, where it may be told, what it commits to."""

    origin: str
    index: int
    entry: bytes
    path: tuple[bytes, ...]
    checkpoint: str
    payload: Mapping[str, Any] | None = None
    salt: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What a good proof shows: this leaf is under this checkpoint, and its payload, if given, is the true one."""

    leaf: Leaf
    checkpoint: Checkpoint
    is_opened: bool


def encode_proof(proof: Proof) -> str:
    """The file's text; what comes out is checked to be read as the same proof."""
    fields = {
        "v": VERSION,
        "origin": proof.origin,
        "index": proof.index,
        "entry": _to_base64(proof.entry),
        "payload": None if proof.payload is None else dict(proof.payload),
        "salt": None if proof.salt is None else _to_base64(proof.salt),
        "proof": [_to_base64(digest) for digest in proof.path],
        "checkpoint": proof.checkpoint,
    }
    text = json.dumps(fields, ensure_ascii=False, indent=1) + "\n"
    if decode_proof(text) != proof:
        raise ProofMalformed(why="not_the_same_again")
    return text


def decode_proof(text: str) -> Proof:
    """Read a proof; nothing of it is to be believed before `check_proof`."""
    fields = _parsed(text)
    _require(isinstance(fields["origin"], str), "origin")
    _require(_is_index(fields["index"]), "index")
    _require(isinstance(fields["checkpoint"], str), "checkpoint")
    _require(isinstance(fields["proof"], list) and len(fields["proof"]) <= _LONGEST_PATH, "proof")
    # One without the other opens nothing.
    _require((fields["payload"] is None) == (fields["salt"] is None), "salt")
    _require(fields["payload"] is None or isinstance(fields["payload"], dict), "payload")
    return Proof(
        origin=fields["origin"],
        index=fields["index"],
        entry=_from_base64(fields["entry"], "entry"),
        path=tuple(_from_base64(one, "proof") for one in fields["proof"]),
        checkpoint=fields["checkpoint"],
        payload=fields["payload"],
        salt=None if fields["salt"] is None else _from_base64(fields["salt"], "salt"),
    )


def check_proof(proof: Proof, key: VerifierKey) -> Proven:
    """Raise unless the entry is in this log, and the payload, if there is one, is what it commits to.

    1. The checkpoint is signed by the log's key. 2. The path leads from the entry to its root. 3. The commitment opens.
    """
    # 1.
    checkpoint = open_checkpoint(proof.checkpoint, key)
    if checkpoint.origin != proof.origin:
        raise CheckpointOfAnotherLog

    # 2.
    check_inclusion(leaf_hash(proof.entry), proof.index, checkpoint.size, proof.path, checkpoint.root_hash)

    # 3.
    leaf = decode_leaf(proof.entry)
    if proof.payload is None or proof.salt is None:
        return Proven(leaf=leaf, checkpoint=checkpoint, is_opened=False)
    if commitment(proof.salt, canonical_payload(proof.payload)) != leaf.commitment:
        raise CommitmentWrong(index=proof.index)
    return Proven(leaf=leaf, checkpoint=checkpoint, is_opened=True)


def canonical_payload(payload: Mapping[str, Any]) -> bytes:
    """The octets that a commitment is over: JSON with sorted keys and no spaces."""
    try:
        return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    except (UnicodeEncodeError, TypeError, ValueError):
        raise ProofMalformed(why="payload") from None


def _parsed(text: str) -> dict[str, Any]:
    _require(len(text) <= LONGEST_FILE, "too_long")
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise ProofMalformed(why="not_json") from None
    _require(isinstance(fields, dict) and fields.keys() == _FIELDS, "fields")
    _require(fields["v"] == VERSION and not isinstance(fields["v"], bool), "version")
    parsed: dict[str, Any] = fields
    return parsed


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _to_base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _from_base64(text: object, why: str) -> bytes:
    try:
        octets = base64.b64decode(text, validate=True) if isinstance(text, str) else None
    except (binascii.Error, ValueError):
        octets = None
    if octets is None or _to_base64(octets) != text:
        raise ProofMalformed(why=why)
    return octets


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise ProofMalformed(why=why)
