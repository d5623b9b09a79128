"""What OCSP messages carry, taken apart (RFC 6960 §4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.reasons import CRLReason
from chopmark.pki.refusals import Refusal

NONCE_LIMITS = range(1, 129)  # RFC 9654 §2.1: 1 to 128 octets


class OcspMalformed(Refusal):
    """Not an OCSP message by RFC 6960 §4.1: answered malformedRequest."""

    code = "ocsp_malformed"


class OcspTooLarge(Refusal):
    """More octets, or more certificates, than a responder reads in one request."""

    code = "ocsp_too_large"


class OcspNonceLength(OcspMalformed):
    """A nonce outside 1 to 128 octets (RFC 9654 §2.1)."""

    code = "ocsp_nonce_length"


class OcspResponseStatus(IntEnum):
    """RFC 6960 §4.2.1; 4 is unused."""

    SUCCESSFUL = 0
    MALFORMED_REQUEST = 1
    INTERNAL_ERROR = 2
    TRY_LATER = 3
    SIG_REQUIRED = 5
    UNAUTHORIZED = 6


class CertStatus(StrEnum):
    """RFC 6960 §2.2."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class HashAlgorithm(StrEnum):
    """Hashes that name an issuer in a CertID: SHA-1 because RFC 5019 and old clients, SHA-256 because RFC 9654 §4."""

    SHA1 = "sha1"
    SHA256 = "sha256"


class CertId(NamedTuple):
    """A certificate by its issuer's hashes and its serial number; `encoded` is echoed as it came (parameters or none)."""

    hash_algorithm: HashAlgorithm
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: bytes
    encoded: bytes


class OcspRequest(NamedTuple):
    cert_ids: tuple[CertId, ...]
    nonce: bytes | None


class SingleResponse(NamedTuple):
    """What is said of one certificate; a revoked one has its time, and its reason unless unspecified."""

    cert_id: CertId
    status: CertStatus
    this_update: datetime
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: CRLReason = CRLReason.UNSPECIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseData:
    encoded: bytes
    responder_key_hash: bytes
    produced_at: datetime
    responses: tuple[SingleResponse, ...]
    nonce: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspResponse:
    """A whole answer; `data` is absent unless successful. The signature is not checked here."""

    status: OcspResponseStatus
    data: ResponseData | None = None
    signature_algorithm: SignatureAlgorithm | None = None
    signature: bytes = b""
    certificates: tuple[bytes, ...] = ()
