"""Making the strongroom's keys, once: the one that wraps, and those that sign receipts and the log (RFC 3647 §6.1)."""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.note import verifier_key
from chopmark.strongroom.kek import SIZE
from chopmark.strongroom.keyring import KEK_LABEL, LOG_LABEL, RECEIPT_LABEL
from chopmark.strongroom.options import KeyFiles, desk_url
from chopmark.strongroom.sealing import read_private, seal, unseal, write_once


def prepare(home: Path, passphrase: str) -> bytes:
    """Make whatever key is not there yet, and answer the raw public receipt key (32 octets).

    Running it again changes nothing: a lost key-encryption key is every record lost, so none is overwritten.
    A crash between two files leaves the first; the next run makes the second.
    """
    files = KeyFiles(home)
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_sealed(files.kek, secrets.token_bytes(SIZE), passphrase, KEK_LABEL)
    _make_sealed(
        files.receipt_key, Ed25519PrivateKey.generate().private_bytes_raw(), passphrase, RECEIPT_LABEL
    )
    _make_sealed(files.log_key, Ed25519PrivateKey.generate().private_bytes_raw(), passphrase, LOG_LABEL)
    if not files.log_verifier_key.exists():
        write_once(files.log_verifier_key, _log_verifier_key(files, passphrase).encode())
    if not files.sessions.exists():
        write_once(files.sessions, secrets.token_urlsafe(48).encode())
    receipt_key = unseal(read_private(files.receipt_key), passphrase=passphrase, label=RECEIPT_LABEL)
    public = Ed25519PrivateKey.from_private_bytes(receipt_key).public_key().public_bytes_raw()
    if not files.receipt_public_key.exists():
        write_once(files.receipt_public_key, public)
    return public


def _log_verifier_key(files: KeyFiles, passphrase: str) -> str:
    # The name is the log's address as it is today, and stays when the desk moves: readers keep it with the key.
    key = unseal(read_private(files.log_key), passphrase=passphrase, label=LOG_LABEL)
    public = Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw()
    origin = desk_url(files.home).partition("://")[2] + "/log"
    return f"{verifier_key(origin, public)}\n"


def _make_sealed(path: Path, secret: bytes, passphrase: str, label: str) -> None:
    if not path.exists():
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        write_once(path, seal(secret, passphrase=passphrase, label=label, salt=salt, nonce=nonce))
