"""One question in, one answer out. Synchronous: it reads the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from chopmark.authority.protocols.ocsp.delegations import Delegations
from chopmark.authority.protocols.ocsp.statuses import status_for
from chopmark.authority.validation.errors import OcspSerialUnknown, StatusNotKnown
from chopmark.authority.validation.selectors import AnsweredIssuer
from chopmark.authority.validation.status_source import status_of
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.ocsp import (
    CertId,
    CertStatus,
    SingleResponse,
    assemble,
    build_response_data,
    error_response,
    read_request,
    responder_key_hash,
)
from chopmark.pki.refusals import Refusal

MOST_OCTETS = 64 * 1024
MOST_CERTIFICATES = 50
# CPS 4.9.10. An answer is made when it is asked for; this is how long it may be relied on.
VALID_FOR = timedelta(minutes=10)
# RFC 5019 §6: how long caches may keep it, which is how long a revocation may stay unseen behind one.
CACHED_FOR = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The OCSPResponse; what was refused, for counting; and until when caches may keep it, if they may at all."""

    body: bytes
    refused: tuple[str, ...] = ()
    this_update: datetime | None = None
    next_update: datetime | None = None


def answer(request_der: bytes, *, delegations: Delegations, now: datetime) -> Answer:
    """The status of each certificate asked about, or the one word why not; never good when it cannot be known."""
    try:
        return _answer(request_der, delegations, now.replace(microsecond=0))
    except Refusal as refusal:
        if isinstance(refusal, StatusNotKnown):
            connection.close()  # the next question tries a fresh one
        return Answer(body=error_response(status_for(refusal)), refused=(refusal.code,))


def _answer(request_der: bytes, delegations: Delegations, now: datetime) -> Answer:
    request = read_request(request_der, maximum_octets=MOST_OCTETS, maximum_certificates=MOST_CERTIFICATES)
    asked = [(cert_id, delegations.issuer_of(cert_id)) for cert_id in request.cert_ids]
    certificates = _certificates((issuer for _, issuer in asked), delegations, now)
    responses = [_single(cert_id, issuer, now) for cert_id, issuer in asked]
    data = build_response_data(
        responder_key_hash=responder_key_hash(delegations.spki),
        produced_at=now,
        responses=responses,
        nonce=request.nonce,
    )
    body = assemble(data, SignatureAlgorithm.ECDSA_SHA256, delegations.sign(data), certificates)
    unknown = any(response.status is CertStatus.UNKNOWN for response in responses)
    cacheable = request.nonce is None
    return Answer(
        body=body,
        refused=(OcspSerialUnknown.code,) if unknown else (),
        this_update=now if cacheable else None,
        next_update=now + VALID_FOR if cacheable else None,
    )


def _certificates(issuers: Iterable[AnsweredIssuer], delegations: Delegations, now: datetime) -> list[bytes]:
    """One certificate for each issuer asked about: all are of the same key, so one signature serves them."""
    distinct = {issuer.id: issuer for issuer in issuers}
    return [delegations.certificate_for(issuer, now) for issuer in distinct.values()]


def _single(cert_id: CertId, issuer: AnsweredIssuer, now: datetime) -> SingleResponse:
    found = status_of(issuer.id, cert_id.serial_number, at=now)
    return SingleResponse(
        cert_id=cert_id,
        status=found.status,
        this_update=now,
        next_update=now + VALID_FOR,
        revoked_at=found.revoked_at,
        reason=found.reason,
    )
