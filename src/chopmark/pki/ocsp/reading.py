"""OCSP answers taken apart: by a relying party, or by a check before they leave (RFC 6960 §4.2)."""

from datetime import datetime

from chopmark.pki import der, oids
from chopmark.pki.algorithms import read_algorithm_identifier
from chopmark.pki.der import tags
from chopmark.pki.ocsp.certids import read_cert_id
from chopmark.pki.ocsp.messages import (
    CertStatus,
    OcspResponse,
    OcspResponseStatus,
    ResponseData,
    SingleResponse,
)
from chopmark.pki.ocsp.nonces import read_extensions, read_nonce
from chopmark.pki.reasons import CRLReason


def read_response(response_der: bytes) -> OcspResponse:
    """Take an answer apart, for a relying party or for a check before it leaves."""
    outer = der.read_one(response_der)
    status = _read_response_status(outer)
    wrapped = outer.enter_optional(tags.EXPLICIT | 0)
    outer.finish()
    if wrapped is None:
        return OcspResponse(status=status)
    response_bytes = wrapped.enter()
    if response_bytes.oid() != oids.OCSP_BASIC:
        raise der.MalformedDer(where="response_type")
    return _read_basic(status, der.read_one(response_bytes.octets()))


def _read_response_status(reader: der.Reader) -> OcspResponseStatus:
    try:
        return OcspResponseStatus(reader.enumerated())
    except ValueError:
        raise der.MalformedDer(where="response_status") from None


def _read_basic(status: OcspResponseStatus, basic: der.Reader) -> OcspResponse:
    data = read_response_data(basic.element(tags.SEQUENCE).encoded)
    algorithm = read_algorithm_identifier(basic.element(tags.SEQUENCE).encoded)
    signature = basic.whole_bits()
    attached = basic.enter_optional(tags.EXPLICIT | 0)
    basic.finish()
    certificates = () if attached is None else tuple(found.encoded for found in attached.enter().elements())
    return OcspResponse(
        status=status,
        data=data,
        signature_algorithm=algorithm,
        signature=signature,
        certificates=certificates,
    )


def read_response_data(encoded: bytes) -> ResponseData:
    """The inverse of `build_response_data`; a responder named otherwise than by key is refused."""
    reader = der.read_one(encoded)
    responder = reader.enter(tags.EXPLICIT | 2)
    key_hash = responder.octets()
    responder.finish()
    produced_at = der.parse_time(reader.element(tags.GENERALIZED_TIME))
    singles, responses = reader.enter(), []
    while singles:
        responses.append(_read_single(singles.enter()))
    nonce = read_nonce(reader.enter_optional(tags.EXPLICIT | 1))
    reader.finish()
    return ResponseData(
        encoded=encoded,
        responder_key_hash=key_hash,
        produced_at=produced_at,
        responses=tuple(responses),
        nonce=nonce,
    )


def _read_single(reader: der.Reader) -> SingleResponse:
    wanted = read_cert_id(reader.element(tags.SEQUENCE))
    status, revoked_at, reason = _read_status(reader.element())
    this_update = der.parse_time(reader.element(tags.GENERALIZED_TIME))
    next_update = reader.enter_optional(tags.EXPLICIT | 0)
    read_extensions(reader.enter_optional(tags.EXPLICIT | 1))
    reader.finish()
    return SingleResponse(
        cert_id=wanted,
        status=status,
        this_update=this_update,
        next_update=None
        if next_update is None
        else der.parse_time(next_update.element(tags.GENERALIZED_TIME)),
        revoked_at=revoked_at,
        reason=reason,
    )


def _read_status(element: der.Element) -> tuple[CertStatus, datetime | None, CRLReason]:
    if element.tag == tags.CONTEXT | 0:
        return CertStatus.GOOD, None, CRLReason.UNSPECIFIED
    if element.tag == tags.CONTEXT | 2:
        return CertStatus.UNKNOWN, None, CRLReason.UNSPECIFIED
    if element.tag != tags.EXPLICIT | 1:
        raise der.MalformedDer(where="cert_status")
    reader = element.reader()
    revoked_at = der.parse_time(reader.element(tags.GENERALIZED_TIME))
    reason = reader.enter_optional(tags.EXPLICIT | 0)
    reader.finish()
    return CertStatus.REVOKED, revoked_at, _read_reason(reason)


def _read_reason(reader: der.Reader | None) -> CRLReason:
    try:
        return CRLReason.UNSPECIFIED if reader is None else CRLReason(reader.enumerated())
    except ValueError:
        raise der.MalformedDer(where="reason") from None
