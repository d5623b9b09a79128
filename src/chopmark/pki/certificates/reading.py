"""Whole certificates: put together with their signature, and taken apart (RFC 5280 §4.1.1)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chopmark.pki import der, extensions, oids
from chopmark.pki.algorithms import SignatureAlgorithm, algorithm_identifier, read_algorithm_identifier
from chopmark.pki.der import tags
from chopmark.pki.tbs import ExtensionFacts, TbsCertificate, read_tbs_certificate


def assemble(tbs: bytes, signature_algorithm: SignatureAlgorithm, signature: bytes) -> bytes:
    """Signed content, algorithm, signature: a Certificate (RFC 5280 §4.1.1), and a CertificateList just so (§5.1.1)."""
    return der.sequence(tbs, algorithm_identifier(signature_algorithm), der.bit_string(signature))


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """A whole certificate taken apart. Nothing is checked but the form: the signature least of all."""

    certificate_der: bytes
    tbs: TbsCertificate
    signature_algorithm: SignatureAlgorithm
    signature: bytes

    @property
    def serial_number(self) -> bytes:
        return self.tbs.serial_number

    @property
    def issuer_der(self) -> bytes:
        return self.tbs.issuer_der

    @property
    def subject_der(self) -> bytes:
        return self.tbs.subject_der

    @property
    def spki_der(self) -> bytes:
        return self.tbs.spki_der

    @property
    def not_before(self) -> datetime:
        return self.tbs.not_before

    @property
    def not_after(self) -> datetime:
        return self.tbs.not_after

    @property
    def extensions(self) -> Mapping[str, ExtensionFacts]:
        return self.tbs.extensions

    @property
    def fingerprint_sha256(self) -> bytes:
        return hashlib.sha256(self.certificate_der).digest()

    @property
    def subject_key_identifier(self) -> bytes | None:
        value = self.tbs.extension_value(oids.SUBJECT_KEY_IDENTIFIER)
        return None if value is None else der.Reader(value).octets()

    @property
    def authority_key_identifier(self) -> bytes | None:
        value = self.tbs.extension_value(oids.AUTHORITY_KEY_IDENTIFIER)
        return None if value is None else extensions.read_authority_key_identifier(value)


def read_certificate(certificate_der: bytes) -> CertificateFacts:
    """A certificate by an algorithm we know, whose two AlgorithmIdentifiers agree (RFC 5280 §4.1.1.2)."""
    reader = der.read_one(certificate_der)
    tbs = read_tbs_certificate(reader.element(tags.SEQUENCE).encoded)
    algorithm = reader.element(tags.SEQUENCE).encoded
    signature = reader.whole_bits()
    reader.finish()
    if algorithm != tbs.signature_algorithm:
        raise der.MalformedDer(where="signature_algorithms_differ")
    return CertificateFacts(
        certificate_der=certificate_der,
        tbs=tbs,
        signature_algorithm=read_algorithm_identifier(algorithm),
        signature=signature,
    )
