"""What a token can do, shaped so that PKCS#11 fits: keys are named, never handed out, and used under one lock.

Only the doors of this app hold a `Token`; nothing else in the tree can ask it for a signature.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from chopmark.pki.algorithms import SignatureAlgorithm


class KeyAlgorithm(StrEnum):
    """What keys a token makes; the value is what packs, records and leaves say."""

    P256 = "P-256"
    P384 = "P-384"
    RSA_2048 = "RSA-2048"
    RSA_3072 = "RSA-3072"
    RSA_4096 = "RSA-4096"
    ED25519 = "Ed25519"
    ML_DSA_65 = "ML-DSA-65"
    X25519 = "X25519"


ECDSA_256 = frozenset({SignatureAlgorithm.ECDSA_SHA256})
ECDSA_384 = frozenset({SignatureAlgorithm.ECDSA_SHA384})
RSA = frozenset({SignatureAlgorithm.RSA_SHA256, SignatureAlgorithm.RSA_SHA384, SignatureAlgorithm.RSA_SHA512})

# What a key of each kind signs with; a hash weaker than the curve is not among them (SP 800-57 part 1, table 4).
SIGNS_WITH = {
    KeyAlgorithm.P256: ECDSA_256,
    KeyAlgorithm.P384: ECDSA_384,
    KeyAlgorithm.RSA_2048: RSA,
    KeyAlgorithm.RSA_3072: RSA,
    KeyAlgorithm.RSA_4096: RSA,
    KeyAlgorithm.ED25519: frozenset({SignatureAlgorithm.ED25519}),
    KeyAlgorithm.ML_DSA_65: frozenset({SignatureAlgorithm.ML_DSA_65}),
    KeyAlgorithm.X25519: frozenset[SignatureAlgorithm](),
}


@dataclass(frozen=True, slots=True)
class KeyHandle:
    """A key in a token, by its label; worth nothing without the token."""

    label: str


class Token(Protocol):
    """A place where keys live and are used; each method may be called by any thread, one at a time."""

    def has(self, label: str) -> bool:
        """Whether a key of this label was made, so that a ceremony can go on where it stopped."""
        ...

    def handle(self, label: str) -> KeyHandle:
        """The handle of a key that is there; `KeyNotInToken` otherwise."""
        ...

    def generate(self, label: str, algorithm: KeyAlgorithm) -> KeyHandle:
        """Make a key that outlives a crash at any later line; `LabelTaken` if there is one."""
        ...

    def public_key_der(self, handle: KeyHandle) -> bytes:
        """The SubjectPublicKeyInfo of a key."""
        ...

    def sign(self, handle: KeyHandle, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        """A signature over the whole `data`; the token (or its driver) hashes it, never the caller."""
        ...

    def agree(self, handle: KeyHandle, peer_public_key: bytes) -> bytes:
        """The secret that an X25519 key shares with a raw public key (RFC 7748 §6.1)."""
        ...
