"""OCSP (RFC 6960): requests read strictly, answers built as bytes for a key elsewhere to sign."""

from chopmark.pki.ocsp.building import assemble, build_response_data, error_response
from chopmark.pki.ocsp.certids import cert_id, cert_id_hashes, responder_key_hash
from chopmark.pki.ocsp.messages import (
    CertId,
    CertStatus,
    HashAlgorithm,
    OcspMalformed,
    OcspNonceLength,
    OcspRequest,
    OcspResponse,
    OcspResponseStatus,
    OcspTooLarge,
    ResponseData,
    SingleResponse,
)
from chopmark.pki.ocsp.reading import read_response, read_response_data
from chopmark.pki.ocsp.requests import build_request, read_request
from chopmark.pki.reasons import CRLReason

__all__ = [
    "CRLReason",
    "CertId",
    "CertStatus",
    "HashAlgorithm",
    "OcspMalformed",
    "OcspNonceLength",
    "OcspRequest",
    "OcspResponse",
    "OcspResponseStatus",
    "OcspTooLarge",
    "ResponseData",
    "SingleResponse",
    "assemble",
    "build_request",
    "build_response_data",
    "cert_id",
    "cert_id_hashes",
    "error_response",
    "read_request",
    "read_response",
    "read_response_data",
    "responder_key_hash",
]
