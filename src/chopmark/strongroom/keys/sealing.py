"""A secret in a file, sealed by a passphrase: scrypt (RFC 7914) and AES-256-GCM, mode 0600."""

import base64
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from chopmark.strongroom.errors import KeyFileMissing, KeyFileTooOpen, PassphraseWrong

# RFC 7914 §2; about a tenth of a second and 32 MB: paid once a start, and by a thief once a guess.
COST, BLOCK, LANES = 2**15, 8, 1


def seal(secret: bytes, *, passphrase: str, label: str, salt: bytes, nonce: bytes) -> bytes:
    """The file's bytes; `label` says which secret this is, so that one file cannot stand for another."""
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, secret, label.encode())
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    text = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return json.dumps({"v": 1, "label": label, "n": COST, "r": BLOCK, "p": LANES} | text, indent=1).encode()


def unseal(file: bytes, *, passphrase: str, label: str) -> bytes:
    """The secret again, if the passphrase is right, the label is the expected one and nothing was changed."""
    try:
        fields: dict[str, Any] = json.loads(file)
        # Only our own cost: a changed file must not choose how much memory we spend.
        key = _key(passphrase, base64.b64decode(fields["salt"]))
        nonce, sealed = base64.b64decode(fields["nonce"]), base64.b64decode(fields["sealed"])
        return AESGCM(key).decrypt(nonce, sealed, label.encode())
    except (InvalidTag, ValueError, KeyError, TypeError):
        raise PassphraseWrong(label=label) from None


def write_once(path: Path, content: bytes) -> None:
    """A new 0600 file, on disk when this returns; an existing one is never overwritten."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def read_private(path: Path) -> bytes:
    """The content of a file that nobody but its owner can read."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise KeyFileTooOpen(file=path.name)
            return file.read()
    except FileNotFoundError:
        raise KeyFileMissing(file=path.name) from None


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=COST, r=BLOCK, p=LANES).derive(passphrase.encode())
