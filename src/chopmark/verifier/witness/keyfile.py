"""The witness's key: made once, in a file that its account alone reads, and bound to the memory that it was made with.

The text is the one that note tools use for signing keys, so the key can be moved to another witness's software.
"""

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import CosignerKey, cosignature_line, cosigned_message, cosigner_key
from chopmark.pki.tlog.note import ED25519, VerifierKeyMalformed, key_id
from chopmark.verifier.witness import files

_PREFIX = "PRIVATE+KEY+"
_MARK = "witness.vkey"


class KeyFileUnfit(Refusal):
    """The key file is not one, or others than its owner may read it."""

    code = "key_file_unfit"


class MemoryGone(Refusal):
    """The key is there and the memory that it was made with is not: this witness could cosign a fork."""

    code = "memory_gone"


class Cosigner:
    """A key that cosigns, and says under which name."""

    def __init__(self, name: str, private_key: Ed25519PrivateKey) -> None:
        self._private_key = private_key
        self.key: CosignerKey = cosigner_key(name, private_key.public_key().public_bytes_raw())

    def cosign(self, body: str, at: int) -> str:
        return cosignature_line(self.key, at, self._private_key.sign(cosigned_message(body, at)))

    def to_text(self) -> str:
        seed = ED25519 + self._private_key.private_bytes_raw()
        label = key_id(self.key.name, self.key.public_key).hex()
        return f"{_PREFIX}{self.key.name}+{label}+{base64.b64encode(seed).decode()}\n"


def cosigner_of(path: Path, *, memory: Path, name: str) -> Cosigner:
    """The key in this file, made now if there is none; refused if its memory is another's, or gone."""
    mark = memory / _MARK
    if not path.exists():
        made = Cosigner(name, Ed25519PrivateKey.generate())
        memory.mkdir(parents=True, exist_ok=True)
        # The mark first: a crash between the two leaves a mark without a key, and the next start makes both anew.
        files.write(mark, f"{made.key}\n".encode())
        files.write(path, made.to_text().encode())
        return made
    cosigner = _read(path)
    if not mark.exists() or mark.read_text().strip() != str(cosigner.key):
        raise MemoryGone
    return cosigner


def _read(path: Path) -> Cosigner:
    if path.stat().st_mode & 0o077 or path.stat().st_uid != os.geteuid():
        raise KeyFileUnfit(why="mode")
    try:
        name, label, encoded = path.read_text().strip().removeprefix(_PREFIX).split("+", 2)
        octets = base64.b64decode(encoded, validate=True)
        cosigner = Cosigner(name, Ed25519PrivateKey.from_private_bytes(octets[1:]))
    except (ValueError, VerifierKeyMalformed):
        raise KeyFileUnfit(why="content") from None
    if octets[:1] != ED25519 or label != key_id(name, cosigner.key.public_key).hex():
        raise KeyFileUnfit(why="content")
    return cosigner
