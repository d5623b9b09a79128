"""The keys that the running process holds, and the randomness that goes with them."""

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.strongroom import clock
from chopmark.strongroom.errors import KeyFileMissing
from chopmark.strongroom.keys import waivers
from chopmark.strongroom.keys.cabinet import INDEX_LABEL, Cabinet, FileShelf, IndexKey
from chopmark.strongroom.keys.sealing import read_private, unseal
from chopmark.strongroom.keys.unsealing import passphrase as _passphrase
from chopmark.strongroom.keys.waivers import Waiver
from chopmark.strongroom.options import Options
from chopmark.strongroom.vault import Chances

_journal = logging.getLogger(__name__)

RECEIPT_LABEL = "strongroom receipt key v1"
LOG_LABEL = "strongroom log key v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """What a verb needs that touches a record: the owner's key, the receipt key, and fresh random octets."""

    kek: Cabinet
    receipt_key: Ed25519PrivateKey
    draw: Callable[[int], bytes] = secrets.token_bytes
    waiver: Waiver | None = None  # by which a production process holds its key in a file

    def draw_id(self) -> UUID:
        return UUID(bytes=self.draw(16), version=4)

    def draw_chances(self) -> Chances:
        return Chances(record_key=self.draw(32), wrapping_nonce=self.draw(12), fields_nonce=self.draw(12))


_one_at_a_time = threading.Lock()


def keyring() -> Keyring:
    """The keys of this process, unsealed once; in production only with the owner's waiver.

    After a start many ask at once: one of them pays for the opening, which is dear on purpose, and the others wait for it.
    """
    with _one_at_a_time:
        return _keyring()


@cache
def _keyring() -> Keyring:
    return open_keyring(Options.read(), clock.now())


def open_keyring(options: Options, now: datetime, *, passphrase: str | None = None) -> Keyring:
    """All keys, open; by the passphrase that is given, or by the one that this process has."""
    passphrase = passphrase if passphrase is not None else _passphrase(options)
    receipt_key = open_receipt_key(options, passphrase)
    waiver = None
    if options.production:
        waiver = waivers.require(
            options.keys.kek_waiver, owner_key=receipt_key.public_key(), desk=options.desk_url, now=now
        )
    kek = open_cabinet(options, passphrase)
    _journal.warning("the key-encryption key is in this process's memory, not in a token")
    return Keyring(kek=kek, receipt_key=receipt_key, waiver=waiver)


def open_cabinet(options: Options, passphrase: str) -> Cabinet:
    """All key-encryption keys that are there, open; at least one."""
    index = unseal(read_private(options.keys.index_key), passphrase=passphrase, label=INDEX_LABEL)
    cabinet = Cabinet(FileShelf(options.keys, passphrase), IndexKey.decode(index))
    if not cabinet.open_keys():
        raise KeyFileMissing(file=options.keys.kek.name)
    return cabinet


def open_receipt_key(options: Options, passphrase: str | None = None) -> Ed25519PrivateKey:
    sealed = read_private(options.keys.receipt_key)
    opens = passphrase if passphrase is not None else _passphrase(options)
    return Ed25519PrivateKey.from_private_bytes(unseal(sealed, passphrase=opens, label=RECEIPT_LABEL))


def open_log_key(options: Options) -> Ed25519PrivateKey:
    sealed = read_private(options.keys.log_key)
    return Ed25519PrivateKey.from_private_bytes(
        unseal(sealed, passphrase=_passphrase(options), label=LOG_LABEL)
    )
