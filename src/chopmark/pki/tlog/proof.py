"""A proof in a file: an index, the way to the root, a checkpoint, and what is needed to hash the entry (C2SP tlog-proof)."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, open_checkpoint
from chopmark.pki.tlog.cosignature import Cosignature, CosignerKey, require_quorum
from chopmark.pki.tlog.hashes import encode_hash, parse_hash
from chopmark.pki.tlog.merkle import check_inclusion, leaf_hash
from chopmark.pki.tlog.note import LONGEST_NOTE, VerifierKey

HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63
LONGEST_EXTRA = 1_000_000

_INDEX = re.compile(r"index (?P<index>0|[1-9][0-9]{0,18})", re.ASCII)


class ProofMalformed(Refusal):
    """This text is not a proof of the C2SP format."""

    code = "proof_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Nothing of it is to be believed before `check_proof`; `extra` not even then, except where it hashes to what is proved."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What a proof showed: under which head the entry stands, and who cosigned that head."""

    checkpoint: Checkpoint
    cosignatures: tuple[Cosignature, ...]


def encode_proof(proof: Proof) -> str:
    extra = [] if proof.extra is None else [f"extra {base64.b64encode(proof.extra).decode()}"]
    path = map(encode_hash, proof.path)
    text = "\n".join([HEADER, *extra, f"index {proof.index}", *path, "", proof.checkpoint])
    if parse_proof(text) != proof:
        raise ProofMalformed
    return text


def parse_proof(text: str) -> Proof:
    head, blank, checkpoint = text.partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER or not blank or not lines or len(text) > LONGEST_NOTE + 2 * LONGEST_EXTRA:
        raise ProofMalformed
    extra = _extra(lines.pop(0)) if lines[0].startswith("extra ") else None
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None or len(lines) - 1 > LONGEST_PATH:
        raise ProofMalformed
    try:
        path = tuple(map(parse_hash, lines[1:]))
    except Refusal:
        raise ProofMalformed from None
    return Proof(index=int(index["index"]), path=path, checkpoint=checkpoint, extra=extra)


def check_proof(
    proof: Proof, entry: bytes, *, key: VerifierKey, witnesses: Sequence[CosignerKey] = (), quorum: int = 0
) -> Proved:
    """Raise unless the log signed a tree that holds this entry at this index, and so many witnesses cosigned it."""
    checkpoint = open_checkpoint(proof.checkpoint, key)
    cosigned = require_quorum(proof.checkpoint, witnesses, quorum)
    check_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root_hash)
    return Proved(checkpoint=checkpoint, cosignatures=cosigned)


def _extra(line: str) -> bytes:
    encoded = line.removeprefix("extra ")
    try:
        octets = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise ProofMalformed from None
    if base64.b64encode(octets).decode() != encoded or len(octets) > LONGEST_EXTRA:
        raise ProofMalformed
    return octets
