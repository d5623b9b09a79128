"""The keys that the running process holds, and the randomness that goes with them."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.strongroom.kek import KeyEncryptionKey, UnsafeSoftwareKeyEncryptionKey
from chopmark.strongroom.options import Options
from chopmark.strongroom.sealing import read_private, unseal
from chopmark.strongroom.vault import Chances

_journal = logging.getLogger(__name__)

KEK_LABEL = "strongroom key-encryption key v1"
RECEIPT_LABEL = "strongroom receipt key v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """What a verb needs that touches a record: the owner's key, the receipt key, and fresh random octets."""

    kek: KeyEncryptionKey
    receipt_key: Ed25519PrivateKey
    draw: Callable[[int], bytes] = secrets.token_bytes

    def draw_id(self) -> UUID:
        return UUID(bytes=self.draw(16), version=4)

    def draw_chances(self) -> Chances:
        return Chances(record_key=self.draw(32), wrapping_nonce=self.draw(12), fields_nonce=self.draw(12))


@cache
def keyring() -> Keyring:
    """The keys of this process, unsealed once."""
    options = Options.read()
    passphrase = read_private(options.passphrase_file).decode().strip()
    kek = unseal(read_private(options.keys.kek), passphrase=passphrase, label=KEK_LABEL)
    receipt = unseal(read_private(options.keys.receipt_key), passphrase=passphrase, label=RECEIPT_LABEL)
    _journal.warning("the key-encryption key is in this process's memory, not in a token")
    return Keyring(
        kek=UnsafeSoftwareKeyEncryptionKey(kek), receipt_key=Ed25519PrivateKey.from_private_bytes(receipt)
    )
