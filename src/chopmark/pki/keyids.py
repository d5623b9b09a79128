"""Names for keys: the identifier in certificates, and the digest by which repeated keys are found."""

import hashlib

from chopmark.pki import der, oids
from chopmark.pki.der import tags

IDENTIFIER_OCTETS = 20
_P256 = der.sequence(der.oid(oids.EC_PUBLIC_KEY), der.oid(oids.P256))
_P256_OCTETS = 65  # an uncompressed point (RFC 5480 §2.2)
_BEFORE_P256 = der.sequence(_P256, der.bit_string(bytes(_P256_OCTETS)))[:-_P256_OCTETS]


def key_bits(spki_der: bytes) -> bytes:
    """The subjectPublicKey octets of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7)."""
    return _taken_apart(spki_der)[1]


def algorithm_of(spki_der: bytes) -> bytes:
    """The AlgorithmIdentifier of a SubjectPublicKeyInfo."""
    return _taken_apart(spki_der)[0]


def key_identifier(spki_der: bytes) -> bytes:
    """The leftmost 160 bits of SHA-256 over subjectPublicKey (RFC 7093 §2, method 1): the old length without SHA-1."""
    return hashlib.sha256(key_bits(spki_der)).digest()[:IDENTIFIER_OCTETS]


def p256_point(spki_der: bytes) -> bytes | None:
    """The uncompressed point of a key on P-256, as most of a population have; None for every other key."""
    return spki_der[-_P256_OCTETS:] if spki_der[:-_P256_OCTETS] == _BEFORE_P256 else None


def _taken_apart(spki_der: bytes) -> tuple[bytes, bytes]:
    """The algorithm, and the key's own octets."""
    point = p256_point(spki_der)
    return _read(spki_der) if point is None else (_P256, point)


def _read(spki_der: bytes) -> tuple[bytes, bytes]:
    reader = der.read_one(spki_der)
    algorithm = reader.encoded(tags.SEQUENCE)
    bits = reader.whole_bits()
    reader.finish()
    return algorithm, bits


def spki_sha256(spki_der: bytes) -> bytes:
    """By this digest a caller looks for a key that is blocked, or was certified before."""
    return hashlib.sha256(spki_der).digest()
