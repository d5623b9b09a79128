"""Hashes as lines of text: in checkpoints, in requests to witnesses, in proofs that are files."""

import base64
import binascii

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.merkle import HASH_SIZE


class HashMalformed(Refusal):
    """This line is not a hash in the one lawful base64 of it."""

    code = "hash_malformed"


def encode_hash(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def parse_hash(line: str) -> bytes:
    try:
        digest = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise HashMalformed from None
    if len(digest) != HASH_SIZE or encode_hash(digest) != line:
        raise HashMalformed
    return digest
