"""Cosignatures: a witness says when a tree was the largest it had seen, grown from all before (C2SP tlog-cosignature)."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.note import (
    NoteForged,
    NoteMalformed,
    Signature,
    format_key,
    format_signature,
    key_id,
    parse_key,
    parse_note,
    require_key_parts,
    signed_text,
)

COSIGNATURE_V1 = b"\x04"
LATEST = 2**63 - 1

_TIMESTAMP = struct.Struct(">Q")
_SIGNATURE_SIZE = 64


class QuorumMissing(Refusal):
    """Fewer witnesses cosigned this checkpoint than must have."""

    code = "quorum_missing"


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A witness's name and Ed25519 public key; a type of its own, so that a log's key never counts as a witness's."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public_key, COSIGNATURE_V1)

    def __str__(self) -> str:
        return format_key(self.name, self.public_key, COSIGNATURE_V1)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A cosignature that was checked: whose, and the second that the witness put in it."""

    key: CosignerKey
    at: int


def cosigner_key(name: str, public_key: bytes) -> CosignerKey:
    require_key_parts(name, public_key)
    return CosignerKey(name, public_key)


def parse_cosigner_key(text: str) -> CosignerKey:
    return cosigner_key(*parse_key(text, COSIGNATURE_V1))


def cosigned_message(body: str, at: int) -> bytes:
    """What a witness signs: a header that no note begins with by chance, the second, and the whole body."""
    if not 0 <= at <= LATEST:
        raise NoteMalformed
    return f"cosignature/v1\ntime {at}\n{body}".encode()


def cosignature_line(key: CosignerKey, at: int, signature: bytes) -> str:
    """The line for a signature that was made elsewhere over `cosigned_message`."""
    return format_signature(Signature(key.name, key.key_id, _TIMESTAMP.pack(at) + signature))


def cosignatures(note: str, keys: Iterable[CosignerKey]) -> tuple[Cosignature, ...]:
    """The cosignatures on a note by these keys, oldest first; a false one spoils the note, strangers' are passed over."""
    parsed = parse_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    mine = [(known.get((line.name, line.key_id)), line) for line in parsed.signatures]
    found = [_checked(parsed.body, key, line.signature) for key, line in mine if key]
    return tuple(sorted(found, key=lambda one: (one.at, one.key.name)))


def require_quorum(note: str, keys: Sequence[CosignerKey], quorum: int) -> tuple[Cosignature, ...]:
    """The cosignatures on a note, if so many witnesses gave one; a key under two names is one witness."""
    found = cosignatures(note, keys)
    witnesses = {one.key.public_key for one in found}
    if len(witnesses) < quorum:
        raise QuorumMissing(found=len(witnesses), quorum=quorum)
    return found


def with_cosignatures(note: str, lines: Sequence[str]) -> str:
    """The note with these lines under its own; one that stands there already is not repeated."""
    parsed = parse_note(note)
    own = [format_signature(line) for line in parsed.signatures]
    return signed_text(parsed.body, list(dict.fromkeys([*own, *lines])))


def _checked(body: str, key: CosignerKey, octets: bytes) -> Cosignature:
    if len(octets) != _TIMESTAMP.size + _SIGNATURE_SIZE:
        raise NoteForged
    (at,) = _TIMESTAMP.unpack_from(octets)
    if at > LATEST:
        raise NoteForged
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(
            octets[_TIMESTAMP.size :], cosigned_message(body, at)
        )
    except InvalidSignature:
        raise NoteForged from None
    return Cosignature(key, at)
