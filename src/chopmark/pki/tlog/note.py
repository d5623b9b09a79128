"""Signed notes: a text, a blank line, and signature lines by named Ed25519 keys (C2SP signed-note)."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chopmark.pki.refusals import Refusal

ED25519 = b"\x01"
# A verifier must take at least 16 signatures; a note with more than this is meant to tire us.
MOST_SIGNATURES = 64
LONGEST_NOTE = 1_000_000

_DASH = "\N{EM DASH} "


class NoteMalformed(Refusal):
    """This text is not a signed note."""

    code = "note_malformed"


class NoteUnsigned(Refusal):
    """The note carries no signature by the key that was asked for."""

    code = "note_unsigned"


class NoteForged(Refusal):
    """A signature claims to be by the key that was asked for, and is not."""

    code = "note_forged"


class VerifierKeyMalformed(Refusal):
    """This is not a verifier key: name+hash+key, the hash being that of the name and the key."""

    code = "verifier_key_malformed"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and an Ed25519 public key, as an outsider is told them once and for all."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, self.public_key)

    def __str__(self) -> str:
        return format_key(self.name, self.public_key, ED25519)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; any other key's is kept unread."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A parsed note, nothing of which is to be believed before a signature was checked."""

    body: str
    signatures: tuple[Signature, ...]


def key_id(name: str, public_key: bytes, kind: bytes = ED25519) -> bytes:
    """Four octets that say which key of this name signed; a label, too short to be a proof of anything."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:4]


def verifier_key(name: str, public_key: bytes) -> VerifierKey:
    """A verifier key made of parts that are fit to stand in one."""
    require_key_parts(name, public_key)
    return VerifierKey(name, public_key)


def parse_verifier_key(text: str) -> VerifierKey:
    return verifier_key(*parse_key(text, ED25519))


def require_key_parts(name: str, public_key: bytes) -> None:
    """Refuse a name or an Ed25519 key that cannot stand in a verifier key or a signature line."""
    if not _is_key_name(name) or len(public_key) != 32:
        raise VerifierKeyMalformed


def format_key(name: str, public_key: bytes, kind: bytes) -> str:
    """The text by which a key of this signature type is handed on."""
    return f"{name}+{key_id(name, public_key, kind).hex()}+{base64.b64encode(kind + public_key).decode()}"


def parse_key(text: str, kind: bytes) -> tuple[str, bytes]:
    """Name and public key of such a text; one of another signature type is refused."""
    # From the left: base64 may hold a plus, a name and a hash may not.
    name, plus, rest = text.strip().partition("+")
    label, second_plus, encoded = rest.partition("+")
    octets = _from_base64(encoded)
    if not (plus and second_plus and octets and octets[:1] == kind):
        raise VerifierKeyMalformed
    require_key_parts(name, octets[1:])
    if key_id(name, octets[1:], kind).hex() != label:
        raise VerifierKeyMalformed
    return name, octets[1:]


def signature_line(key: VerifierKey, signature: bytes) -> str:
    """The line for a signature that was made elsewhere, over the note's body."""
    return format_signature(Signature(key.name, key.key_id, signature))


def format_signature(line: Signature) -> str:
    return f"{_DASH}{line.name} {base64.b64encode(line.key_id + line.signature).decode()}\n"


def parse_signatures(text: str) -> tuple[Signature, ...]:
    """Signature lines by themselves, as a witness answers them; at least one, and nothing else."""
    lines = text.split("\n")
    if lines.pop() != "" or not 1 <= len(lines) <= MOST_SIGNATURES:
        raise NoteMalformed
    return tuple(_parsed_line(line) for line in lines)


def signed_text(body: str, lines: Sequence[str]) -> str:
    """The whole note; what comes out is checked to be one."""
    text = body + "\n" + "".join(lines)
    if parse_note(text).body != body:
        raise NoteMalformed
    return text


def parse_note(text: str) -> Note:
    """Take a note apart at its last blank line."""
    if len(text) > LONGEST_NOTE or any(character < " " and character != "\n" for character in text):
        raise NoteMalformed
    head, blank, tail = text.rpartition("\n\n")
    if not blank:
        raise NoteMalformed
    return Note(head + "\n", parse_signatures(tail))


def verify_note(text: str, key: VerifierKey) -> str:
    """The body of the note, now known to be signed by this key; other keys' signatures are passed over."""
    note = parse_note(text)
    mine = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
    if not mine:
        raise NoteUnsigned
    public_key = Ed25519PublicKey.from_public_bytes(key.public_key)
    for line in mine:
        try:
            public_key.verify(line.signature, note.body.encode())
        except InvalidSignature:
            raise NoteForged from None
    return note.body


def _parsed_line(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    octets = _from_base64(encoded)
    if not line.startswith(_DASH) or not space or not _is_key_name(name) or len(octets) <= 4:
        raise NoteMalformed
    return Signature(name, octets[:4], octets[4:])


def _is_key_name(name: str) -> bool:
    return name != "" and not any(character.isspace() or character in "+\0" for character in name)


def _from_base64(encoded: str) -> bytes:
    """The octets of canonical base64; nothing for anything else, which no caller takes for an answer."""
    try:
        octets = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return octets if base64.b64encode(octets).decode() == encoded else b""
