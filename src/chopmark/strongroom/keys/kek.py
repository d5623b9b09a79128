"""The owner's key-encryption key: wraps record keys and keys the blind index, and never leaves its holder."""

import hashlib
import hmac
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from chopmark.strongroom.errors import RecordTampered

SIZE = 32
_NONCE = 12


class KeyEncryptionKey(Protocol):
    """What the vault asks of the key's holder: three operations that a PKCS#11 token has too
    (C_Encrypt and C_Decrypt with CKM_AES_GCM, C_Sign with CKM_SHA256_HMAC), none of which gives the key out.
    """

    def wrap(self, secret: bytes, *, bound_to: bytes, nonce: bytes) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, bound_to: bytes) -> bytes: ...

    def mac(self, label: str, message: bytes) -> bytes: ...


class UnsafeSoftwareKeyEncryptionKey:
    """The key in this process's memory: whoever reads the memory has it. For evaluation and tests."""

    def __init__(self, key: bytes) -> None:
        if len(key) != SIZE:
            raise ValueError("a key-encryption key has 32 octets")
        self._key = key
        self._wrapping = AESGCM(self.derive("wrapping"))

    def wrap(self, secret: bytes, *, bound_to: bytes, nonce: bytes) -> bytes:
        """AES-256-GCM; unwraps only for the same `bound_to`: no wrapped key moves to another record."""
        return nonce + self._wrapping.encrypt(nonce, secret, bound_to)

    def unwrap(self, wrapped: bytes, *, bound_to: bytes) -> bytes:
        try:
            return self._wrapping.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], bound_to)
        except (InvalidTag, ValueError):
            raise RecordTampered from None

    def mac(self, label: str, message: bytes) -> bytes:
        """HMAC-SHA-256 under a key of its own for each label, all derived from this one (RFC 5869)."""
        return hmac.new(self.derive(label), message, hashlib.sha256).digest()

    def derive(self, label: str) -> bytes:
        info = b"chopmark strongroom " + label.encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._key)
