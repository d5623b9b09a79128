"""The signature algorithms the house signs with, and their AlgorithmIdentifiers."""

from enum import StrEnum

from chopmark.pki import der, oids
from chopmark.pki.refusals import Refusal


class AlgorithmUnknown(Refusal):
    """A signature algorithm that we neither make nor accept; SHA-1 is among them."""

    code = "signature_algorithm_unknown"


class SignatureAlgorithm(StrEnum):
    """The value is the name in the defining document."""

    ECDSA_SHA256 = "ecdsa-with-SHA256"
    ECDSA_SHA384 = "ecdsa-with-SHA384"
    RSA_SHA256 = "sha256WithRSAEncryption"
    RSA_SHA384 = "sha384WithRSAEncryption"
    RSA_SHA512 = "sha512WithRSAEncryption"
    ED25519 = "id-Ed25519"
    ML_DSA_65 = "id-ml-dsa-65"


# Parameters: NULL for PKCS #1 (RFC 4055 §5), absent for ECDSA (RFC 5758 §3.2), Ed25519 (RFC 8410 §3), ML-DSA (RFC 9881 §2).
_IDENTIFIERS = {
    SignatureAlgorithm.ECDSA_SHA256: der.sequence(der.oid(oids.ECDSA_WITH_SHA256)),
    SignatureAlgorithm.ECDSA_SHA384: der.sequence(der.oid(oids.ECDSA_WITH_SHA384)),
    SignatureAlgorithm.RSA_SHA256: der.sequence(der.oid(oids.SHA256_WITH_RSA), der.null()),
    SignatureAlgorithm.RSA_SHA384: der.sequence(der.oid(oids.SHA384_WITH_RSA), der.null()),
    SignatureAlgorithm.RSA_SHA512: der.sequence(der.oid(oids.SHA512_WITH_RSA), der.null()),
    SignatureAlgorithm.ED25519: der.sequence(der.oid(oids.ED25519)),
    SignatureAlgorithm.ML_DSA_65: der.sequence(der.oid(oids.ML_DSA_65)),
}
_BY_IDENTIFIER = {identifier: algorithm for algorithm, identifier in _IDENTIFIERS.items()}


def algorithm_identifier(algorithm: SignatureAlgorithm) -> bytes:
    """The AlgorithmIdentifier that stands inside the signed bytes and again beside the signature (RFC 5280 §4.1.1.2)."""
    return _IDENTIFIERS[algorithm]


def read_algorithm_identifier(encoded: bytes) -> SignatureAlgorithm:
    try:
        return _BY_IDENTIFIER[encoded]
    except KeyError:
        raise AlgorithmUnknown from None
