"""Names for keys: the identifier in certificates, and the digest by which repeated keys are found."""

import hashlib
from functools import lru_cache

from chopmark.pki import der
from chopmark.pki.der import tags


def key_bits(spki_der: bytes) -> bytes:
    """The subjectPublicKey octets of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7)."""
    reader = der.read_one(spki_der)
    reader.enter(tags.SEQUENCE)
    bits = reader.whole_bits()
    reader.finish()
    return bits


@lru_cache(
    maxsize=4096
)  # some chunks of a population: a key is named when it is written, and again when it is proved
def algorithm_of(spki_der: bytes) -> bytes:
    """The AlgorithmIdentifier of a SubjectPublicKeyInfo."""
    return der.read_one(spki_der).element().encoded


@lru_cache(maxsize=4096)
def key_identifier(spki_der: bytes) -> bytes:
    """The leftmost 160 bits of SHA-256 over subjectPublicKey (RFC 7093 §2, method 1): the old length without SHA-1."""
    return hashlib.sha256(key_bits(spki_der)).digest()[:20]


def spki_sha256(spki_der: bytes) -> bytes:
    """By this digest a caller looks for a key that is blocked, or was certified before."""
    return hashlib.sha256(spki_der).digest()
