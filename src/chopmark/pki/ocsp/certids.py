"""CertID: a certificate named by hashes of its issuer and its serial number (RFC 6960 §4.1.1)."""

import hashlib
from functools import lru_cache

from chopmark.pki import der, oids
from chopmark.pki.der import tags
from chopmark.pki.keyids import key_bits
from chopmark.pki.ocsp.messages import CertId, HashAlgorithm

_HASHES = {oids.SHA1: HashAlgorithm.SHA1, oids.SHA256: HashAlgorithm.SHA256}
_HASH_IDENTIFIERS = {
    HashAlgorithm.SHA1: der.sequence(der.oid(oids.SHA1), der.null()),
    HashAlgorithm.SHA256: der.sequence(der.oid(oids.SHA256), der.null()),
}
# How an algorithm may be named: its parameters are NULL or absent (RFC 5754 §2). Anything else is no hash of ours.
_HASH_NAMED = {
    der.sequence(der.oid(oid), parameters): algorithm
    for oid, algorithm in _HASHES.items()
    for parameters in (der.null(), b"")
}
_HASH_LENGTH = {HashAlgorithm.SHA1: 20, HashAlgorithm.SHA256: 32}


def cert_id_hashes(
    issuer_name_der: bytes, issuer_spki_der: bytes, algorithm: HashAlgorithm
) -> tuple[bytes, bytes]:
    """The hash of the issuer's name and of its key bits (RFC 6960 §4.1.1)."""
    return _digest(algorithm, issuer_name_der), _digest(algorithm, key_bits(issuer_spki_der))


def responder_key_hash(spki_der: bytes) -> bytes:
    """SHA-1 of the responder's key bits: ResponderID byKey has no other hash (RFC 6960 §4.2.1)."""
    return _digest(HashAlgorithm.SHA1, key_bits(spki_der))


def _digest(algorithm: HashAlgorithm, data: bytes) -> bytes:
    return hashlib.new(algorithm.value, data, usedforsecurity=False).digest()


def cert_id(
    *, issuer_name_der: bytes, issuer_spki_der: bytes, serial_number: bytes, algorithm: HashAlgorithm
) -> CertId:
    name_hash, key_hash = cert_id_hashes(issuer_name_der, issuer_spki_der, algorithm)
    encoded = der.sequence(
        _HASH_IDENTIFIERS[algorithm],
        der.octet_string(name_hash),
        der.octet_string(key_hash),
        der.serial_number(serial_number),
    )
    return CertId(algorithm, name_hash, key_hash, serial_number, encoded)


def read_cert_id(element: der.Element) -> CertId:
    reader = element.reader()
    reader.element(tags.SEQUENCE)
    reader.octets()
    reader.octets()
    named = element.content[: reader.at]
    serial_number = reader.integer_octets()
    reader.finish()
    hashes = hashes_in(named)
    if hashes is None or len(serial_number) > 21:
        raise der.MalformedDer(where="cert_id")
    return CertId(*hashes, serial_number, element.encoded)


@lru_cache(maxsize=64)
def hashes_in(named: bytes) -> tuple[HashAlgorithm, bytes, bytes] | None:
    """What names the issuer in a CertID, all that stands before the serial number: most questions have it from a few issuers.

    None if it is not one of our hashes and two values of its length.
    """
    try:
        reader = der.Reader(named)
        algorithm = _HASH_NAMED.get(reader.element(tags.SEQUENCE).encoded)
        name_hash, key_hash = reader.octets(), reader.octets()
        reader.finish()
    except der.MalformedDer:
        return None
    if algorithm is None or {len(name_hash), len(key_hash)} != {_HASH_LENGTH[algorithm]}:
        return None
    return algorithm, name_hash, key_hash
