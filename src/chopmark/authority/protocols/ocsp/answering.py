"""One question in, one answer out: from memory and the status store, with nothing to wait for."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from chopmark.authority.protocols.ocsp.delegations import Delegations, Held
from chopmark.authority.protocols.ocsp.statuses import status_for
from chopmark.authority.validation.errors import OcspSerialUnknown
from chopmark.authority.validation.selectors import AnsweredIssuer, DelegateCertificate
from chopmark.authority.validation.status import key_of
from chopmark.authority.validation.status_source import StatusSource
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.ocsp import (
    CertId,
    CertStatus,
    SingleResponse,
    assemble,
    build_response_data,
    error_response,
    read_request,
)
from chopmark.pki.refusals import Refusal

MOST_OCTETS = 64 * 1024
MOST_CERTIFICATES = 50
# CPS 4.9.10. This is how long an answer may be relied on.
VALID_FOR = timedelta(minutes=10)
# How long we say it again ourselves: whoever hears it last still has the other half.
SAID_AGAIN_FOR = VALID_FOR / 2
# RFC 5019 §6: how long caches may keep it, which is how long a revocation may stay unseen behind one.
CACHED_FOR = timedelta(minutes=1)


class Answer(NamedTuple):
    """The OCSPResponse; what was refused, for counting; and, if others may be told the same, from and until when.

    `about` are the keys of the status store that it was made of, and `again_until` how long it may be said again from here.
    """

    body: bytes
    refused: tuple[str, ...] = ()
    this_update: datetime | None = None
    next_update: datetime | None = None
    again_until: datetime | None = None
    about: tuple[bytes, ...] = ()


def answer(request_der: bytes, *, delegations: Delegations, source: StatusSource, now: datetime) -> Answer:
    """The status of each certificate asked about, or the one word why not; never good when it cannot be known."""
    try:
        return _answer(request_der, delegations, source, now)
    except Refusal as refusal:
        return Answer(body=error_response(status_for(refusal)), refused=(refusal.code,))


def _answer(request_der: bytes, delegations: Delegations, source: StatusSource, now: datetime) -> Answer:
    request = read_request(request_der, maximum_octets=MOST_OCTETS, maximum_certificates=MOST_CERTIFICATES)
    held, (moment, until) = delegations.held, _moments(int(now.timestamp()))
    asked = [(cert_id, held.issuer_of(cert_id)) for cert_id in request.cert_ids]
    certificates = _certificates(asked, held, now)
    source.require_known(now)
    responses = [_single(cert_id, issuer, source, moment, until) for cert_id, issuer in asked]
    data = build_response_data(
        responder_key_hash=delegations.key_hash, produced_at=moment, responses=responses, nonce=request.nonce
    )
    body = assemble(
        data,
        SignatureAlgorithm.ECDSA_SHA256,
        delegations.sign(data),
        [certificate.certificate_der for certificate in certificates],
    )
    if CertStatus.UNKNOWN in [response.status for response in responses]:
        return Answer(body=body, refused=(OcspSerialUnknown.code,))
    if request.nonce is not None:
        return Answer(body=body)
    return Answer(
        body=body,
        this_update=moment,
        next_update=until,
        again_until=min(moment + SAID_AGAIN_FOR, *(certificate.not_after for certificate in certificates)),
        about=tuple(key_of(issuer.id, cert_id.serial_number) for cert_id, issuer in asked),
    )


@lru_cache(maxsize=8)
def _moments(second: int) -> tuple[datetime, datetime]:
    """From when and until when what is said in a second is right: the same objects for all of it."""
    moment = datetime.fromtimestamp(second, UTC)
    return moment, moment + VALID_FOR


def _certificates(
    asked: Sequence[tuple[CertId, AnsweredIssuer]], held: Held, now: datetime
) -> list[DelegateCertificate]:
    """One certificate for each issuer asked about: all are of the same key, so one signature serves them."""
    distinct = {issuer.id: issuer for _, issuer in asked}
    return [held.certificate_for(issuer, now) for issuer in distinct.values()]


def _single(
    cert_id: CertId, issuer: AnsweredIssuer, source: StatusSource, moment: datetime, until: datetime
) -> SingleResponse:
    found = source.status_of(issuer.id, cert_id.serial_number)
    return SingleResponse(
        cert_id=cert_id,
        status=found.status,
        this_update=moment,
        next_update=until,
        revoked_at=found.revoked_at,
        reason=found.reason,
    )
