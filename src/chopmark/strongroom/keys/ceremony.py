"""Making the strongroom's keys, once: the one that wraps, and those that sign receipts and the log (RFC 3647 §6.1)."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.note import verifier_key
from chopmark.strongroom.keys.cabinet import FIRST, INDEX_LABEL, KEK_LABEL, IndexKey, label_of
from chopmark.strongroom.keys.kek import SIZE, UnsafeSoftwareKeyEncryptionKey
from chopmark.strongroom.keys.keyring import LOG_LABEL, RECEIPT_LABEL
from chopmark.strongroom.keys.sealing import read_private, seal, unseal, write_once
from chopmark.strongroom.keys.token_kek import TokenPlace
from chopmark.strongroom.options import KeyFiles, desk_url


def prepare(home: Path, passphrase: str) -> bytes:
    """Make whatever key is not there yet, and answer the raw public receipt key (32 octets).

    Running it again changes nothing: a lost key-encryption key is every record lost, so none is overwritten.
    A crash between two files leaves the first; the next run makes the second.
    """
    files = KeyFiles(home)
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _make_wrapping_keys(files, passphrase)
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


def _make_wrapping_keys(files: KeyFiles, passphrase: str) -> None:
    if not files.kek_numbers():
        _make_sealed(files.kek, secrets.token_bytes(SIZE), passphrase, KEK_LABEL)
    if not files.index_key.exists():
        # A home from before keys had numbers: what its first key was asked for is answered as before.
        first = UnsafeSoftwareKeyEncryptionKey(
            unseal(read_private(files.kek), passphrase=passphrase, label=KEK_LABEL)
        )
        index = IndexKey.beside(first, root=secrets.token_bytes(SIZE))
        _make_sealed(files.index_key, index.encode(), passphrase, INDEX_LABEL)


def make_kek(files: KeyFiles, passphrase: str) -> int:
    """Make the next key-encryption key, and answer its number: from the moment its file is there, new records use it."""
    return _put_kek(files, passphrase, secrets.token_bytes(SIZE))


def bring_token(files: KeyFiles, passphrase: str, place: TokenPlace) -> int:
    """Make the keys of a token the newest, and answer their number; the file says where they are, not what."""
    return _put_kek(files, passphrase, place.encode())


def _put_kek(files: KeyFiles, passphrase: str, secret: bytes) -> int:
    number = max(files.kek_numbers(), default=FIRST - 1) + 1
    # Under another name until whole: a desk that is open looks for new keys at any moment.
    unfinished = files.folder / f"kek-{number}.{secrets.token_hex(4)}.new"
    _make_sealed(unfinished, secret, passphrase, label_of(number))
    os.link(unfinished, files.kek_numbered(number))  # and never over another
    unfinished.unlink()
    _sync(files.folder)
    return number


def destroy_kek(files: KeyFiles, number: int) -> None:
    """Take a key away for ever, as far as this machine can: backups of the file are the owner's to destroy."""
    path = files.kek_retired(number)
    if files.kek_numbered(number).exists():
        files.kek_numbered(number).rename(path)
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()
    _sync(files.folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_sealed(path: Path, secret: bytes, passphrase: str, label: str) -> None:
    if not path.exists():
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        write_once(path, seal(secret, passphrase=passphrase, label=label, salt=salt, nonce=nonce))
