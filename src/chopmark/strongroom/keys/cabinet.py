"""Several key-encryption keys open at once: each wrapped secret says which one wraps it, and new ones take the newest.

What is found by a MAC is not theirs: the index key is a key of its own, so that a key that wraps can be changed and destroyed.
"""

import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chopmark.strongroom.errors import KekUnknown, KeyFileMissing, RecordTampered
from chopmark.strongroom.keys.kek import SIZE, KeyEncryptionKey, UnsafeSoftwareKeyEncryptionKey
from chopmark.strongroom.keys.sealing import read_private, unseal
from chopmark.strongroom.keys.token_kek import TokenKeyEncryptionKey, TokenPlace
from chopmark.strongroom.options import KeyFiles

KEK_LABEL = "strongroom key-encryption key v1"
INDEX_LABEL = "strongroom index key v1"
FIRST = 1
# Before keys had numbers a record's wrapped key was nonce, 32 octets and tag, under the only key there was.
UNNUMBERED = 12 + SIZE + 16
_MARK = b"kek\x01"
PREFIX = len(_MARK) + 2
# What the first key itself was asked for, while it was the only one.
_LABELS_OF_THE_FIRST = ("blind index", "form digest")


def prefix(number: int) -> bytes:
    """How a secret begins that key `number` wraps."""
    return _MARK + number.to_bytes(2)


def number_of(wrapped: bytes) -> int:
    """Which key wraps this."""
    if len(wrapped) == UNNUMBERED:
        return FIRST
    if len(wrapped) < PREFIX or not wrapped.startswith(_MARK):
        raise RecordTampered
    return int.from_bytes(wrapped[len(_MARK) : PREFIX])


class IndexKey:
    """What the blind index and the digests of forms are keyed by: never rotated, since that would mean opening every record."""

    def __init__(self, *, root: bytes, kept: Mapping[str, bytes]) -> None:
        self._root, self._kept = root, dict(kept)

    @classmethod
    def beside(cls, first: UnsafeSoftwareKeyEncryptionKey, *, root: bytes) -> "IndexKey":
        """The index key of a home whose first key did this work until now: its answers stay the same."""
        return cls(root=root, kept={label: first.derive(label) for label in _LABELS_OF_THE_FIRST})

    @classmethod
    def decode(cls, text: bytes) -> "IndexKey":
        fields = json.loads(text)
        kept = {label: bytes.fromhex(key) for label, key in fields["kept"].items()}
        return cls(root=bytes.fromhex(fields["root"]), kept=kept)

    def encode(self) -> bytes:
        return json.dumps(
            {"root": self._root.hex(), "kept": {label: key.hex() for label, key in self._kept.items()}}
        ).encode()

    def mac(self, label: str, message: bytes) -> bytes:
        """HMAC-SHA-256 under a key of its own for each label."""
        key = self._kept.get(label) or self._derive(label)
        return hmac.new(key, message, hashlib.sha256).digest()

    def _derive(self, label: str) -> bytes:
        info = b"chopmark strongroom " + label.encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._root)


class Shelf(Protocol):
    """Where the keys are kept."""

    def stamp(self) -> object:
        """Another value whenever a key may have come or gone."""

    def open(self, known: Mapping[int, KeyEncryptionKey]) -> dict[int, KeyEncryptionKey]:
        """Those that are there; what is open already need not be opened again."""


@dataclass(slots=True)
class Cabinet:
    """A key-encryption key to the vault: in truth all those that are open, chosen by number."""

    shelf: Shelf
    index: IndexKey
    _seen: object = None
    _open: dict[int, KeyEncryptionKey] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def open_keys(self) -> dict[int, KeyEncryptionKey]:
        """The open keys by number, looked up anew when the shelf has changed: a rotation needs no restart."""
        with self._lock:
            stamp = self.shelf.stamp()
            if stamp != self._seen or not self._open:
                self._open, self._seen = self.shelf.open(self._open), stamp
            return self._open

    def at_hand(self) -> "AtHand":
        """The keys as they are open now, for a stretch of work on many records: the shelf is looked at once."""
        return AtHand(self, dict(self.open_keys()))

    def _looked_up_anew(self) -> dict[int, KeyEncryptionKey]:
        # A file system's clock may stand still between two changes: a stamp that is the same does not say that nothing came.
        with self._lock:
            self._seen = None
        return self.open_keys()

    @property
    def newest(self) -> int:
        return max(self.open_keys())

    def wrap(self, secret: bytes, *, bound_to: bytes, nonce: bytes) -> bytes:
        number, key = max(self.open_keys().items(), key=lambda item: item[0])
        return prefix(number) + key.wrap(secret, bound_to=bound_to, nonce=nonce)

    def unwrap(self, wrapped: bytes, *, bound_to: bytes) -> bytes:
        number = number_of(wrapped)
        key = self.open_keys().get(number) or self._looked_up_anew().get(number)
        if key is None:
            raise KekUnknown(number=number)
        return key.unwrap(_inner(wrapped), bound_to=bound_to)

    def mac(self, label: str, message: bytes) -> bytes:
        return self.index.mac(label, message)


@dataclass(frozen=True, slots=True)
class AtHand:
    """A key-encryption key to the vault for a while; what none of these keys wraps is asked of the cabinet."""

    cabinet: Cabinet
    keys: Mapping[int, KeyEncryptionKey] = field(repr=False)

    def wrap(self, secret: bytes, *, bound_to: bytes, nonce: bytes) -> bytes:
        return self.cabinet.wrap(secret, bound_to=bound_to, nonce=nonce)

    def unwrap(self, wrapped: bytes, *, bound_to: bytes) -> bytes:
        key = self.keys.get(number_of(wrapped))
        if key is None:
            return self.cabinet.unwrap(wrapped, bound_to=bound_to)
        return key.unwrap(_inner(wrapped), bound_to=bound_to)

    def mac(self, label: str, message: bytes) -> bytes:
        return self.cabinet.mac(label, message)


def _inner(wrapped: bytes) -> bytes:
    return wrapped if len(wrapped) == UNNUMBERED else wrapped[PREFIX:]


@dataclass(frozen=True, slots=True)
class FileShelf:
    """Keys in sealed files of a home, one a number."""

    files: KeyFiles
    passphrase: str = field(repr=False)

    def stamp(self) -> object:
        return self.files.folder.stat().st_mtime_ns

    def open(self, known: Mapping[int, KeyEncryptionKey]) -> dict[int, KeyEncryptionKey]:
        opened: dict[int, KeyEncryptionKey] = {}
        for number in self.files.kek_numbers():
            # One that is not there any more was retired since the folder was listed.
            with suppress(KeyFileMissing):
                opened[number] = known.get(number) or self._open(number)
        return opened

    def _open(self, number: int) -> KeyEncryptionKey:
        sealed = read_private(self.files.kek_numbered(number))
        secret = unseal(sealed, passphrase=self.passphrase, label=label_of(number))
        # A key has 32 octets; what is longer says in which token the key is.
        if len(secret) > SIZE:
            return TokenKeyEncryptionKey(TokenPlace.decode(secret))
        return UnsafeSoftwareKeyEncryptionKey(secret)


def label_of(number: int) -> str:
    """Which secret a file is: one key's file cannot stand for another's."""
    return KEK_LABEL if number == FIRST else f"{KEK_LABEL} number {number}"
