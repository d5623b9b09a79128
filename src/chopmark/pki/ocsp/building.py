"""OCSP answers as bytes, for a key elsewhere to sign (RFC 6960 §4.2)."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from chopmark.pki import der, oids
from chopmark.pki.algorithms import SignatureAlgorithm, algorithm_identifier
from chopmark.pki.ocsp.messages import CertStatus, OcspResponseStatus, SingleResponse
from chopmark.pki.ocsp.nonces import nonce_extension
from chopmark.pki.reasons import CRLReason

_BASIC = der.oid(oids.OCSP_BASIC)
_SUCCESSFUL = der.enumerated(OcspResponseStatus.SUCCESSFUL)


def build_response_data(
    *,
    responder_key_hash: bytes,
    produced_at: datetime,
    responses: Sequence[SingleResponse],
    nonce: bytes | None = None,
) -> bytes:
    """ResponseData (RFC 6960 §4.2.1), which is what the delegated key signs."""
    if len(responses) == 1:  # nearly always: what such answers of one moment have alike is written once
        [one] = responses
        own = one.cert_id.encoded + _status(one)
        moments = produced_at, one.this_update, one.next_update
        before, after = _around(responder_key_hash, *moments, len(own), None if nonce is None else len(nonce))
        return before + own + after + (nonce or b"")
    singles = [
        der.sequence(one.cert_id.encoded, _status(one), _until(one.this_update, one.next_update))
        for one in responses
    ]
    return _data(responder_key_hash, produced_at, b"".join(singles), nonce)


@lru_cache(maxsize=64)
def _around(
    responder_key_hash: bytes,
    produced_at: datetime,
    this_update: datetime,
    next_update: datetime | None,
    own_octets: int,
    nonce_octets: int | None,
) -> tuple[bytes, bytes]:
    """What stands before so many octets of CertID and status, and what between them and a nonce of so many."""
    blank, nonce = bytes(own_octets), None if nonce_octets is None else bytes(nonce_octets)
    until = _until(this_update, next_update)
    whole = _data(responder_key_hash, produced_at, der.sequence(blank, until), nonce)
    own_ends = len(whole) - len(nonce_extension(1, nonce)) - len(until)
    return whole[: own_ends - own_octets], whole[own_ends : len(whole) - (nonce_octets or 0)]


def _data(responder_key_hash: bytes, produced_at: datetime, singles: bytes, nonce: bytes | None) -> bytes:
    return der.sequence(
        der.explicit(2, der.octet_string(responder_key_hash)),
        der.generalized_time(produced_at),
        der.sequence(singles),
        nonce_extension(1, nonce),
    )


def _until(this_update: datetime, next_update: datetime | None) -> bytes:
    after = b"" if next_update is None else der.explicit(0, der.generalized_time(next_update))
    return der.generalized_time(this_update) + after


def _status(response: SingleResponse) -> bytes:
    if response.status is CertStatus.GOOD:
        return b"\x80\x00"
    if response.status is CertStatus.UNKNOWN:
        return b"\x82\x00"
    if response.revoked_at is None:
        raise ValueError("a revoked certificate has the time of its revocation")
    reason = b""
    if response.reason is not CRLReason.UNSPECIFIED:
        reason = der.explicit(0, der.enumerated(response.reason.value))
    return der.explicit(1, der.generalized_time(response.revoked_at), reason)


def assemble(
    response_data: bytes,
    signature_algorithm: SignatureAlgorithm,
    signature: bytes,
    certificates: Sequence[bytes] = (),
) -> bytes:
    """A successful OCSPResponse with the delegate's certificate beside it."""
    before, between, after = _wrapping(
        len(response_data), signature_algorithm, len(signature), tuple(certificates)
    )
    return before + response_data + between + signature + after


@lru_cache(maxsize=256)
def _wrapping(
    data_octets: int,
    signature_algorithm: SignatureAlgorithm,
    signature_octets: int,
    certificates: tuple[bytes, ...],
) -> tuple[bytes, bytes, bytes]:
    """What stands around so many octets of data and of signature: a delegate's certificate goes with each of its answers."""
    attached = der.explicit(0, der.sequence(*certificates)) if certificates else b""
    algorithm = algorithm_identifier(signature_algorithm)
    bits = der.bit_string(bytes(signature_octets))
    basic = der.sequence(bytes(data_octets), algorithm, bits, attached)
    whole = der.sequence(_SUCCESSFUL, der.explicit(0, der.sequence(_BASIC, der.octet_string(basic))))
    signature_ends = len(whole) - len(attached)
    between = algorithm + bits[: len(bits) - signature_octets]
    data_ends = signature_ends - signature_octets - len(between)
    return whole[: data_ends - data_octets], between, attached


def error_response(status: OcspResponseStatus) -> bytes:
    """An unsigned answer that says only why there is none (RFC 6960 §2.3)."""
    if status is OcspResponseStatus.SUCCESSFUL:
        raise ValueError("a successful response has bytes to sign")
    return der.sequence(der.enumerated(status.value))
