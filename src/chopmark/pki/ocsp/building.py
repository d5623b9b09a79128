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
    return der.sequence(
        der.explicit(2, der.octet_string(responder_key_hash)),
        der.generalized_time(produced_at),
        der.sequence(*(_single(response) for response in responses)),
        nonce_extension(1, nonce),
    )


def _single(response: SingleResponse) -> bytes:
    next_update = b""
    if response.next_update is not None:
        next_update = der.explicit(0, der.generalized_time(response.next_update))
    return der.sequence(
        response.cert_id.encoded, _status(response), der.generalized_time(response.this_update), next_update
    )


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
    basic = der.sequence(
        response_data,
        algorithm_identifier(signature_algorithm),
        der.bit_string(signature),
        _attached(tuple(certificates)),
    )
    response_bytes = der.sequence(_BASIC, der.octet_string(basic))
    return der.sequence(_SUCCESSFUL, der.explicit(0, response_bytes))


@lru_cache(maxsize=16)
def _attached(certificates: tuple[bytes, ...]) -> bytes:
    """A delegate's certificate goes with each of its answers."""
    return der.explicit(0, der.sequence(*certificates)) if certificates else b""


def error_response(status: OcspResponseStatus) -> bytes:
    """An unsigned answer that says only why there is none (RFC 6960 §2.3)."""
    if status is OcspResponseStatus.SUCCESSFUL:
        raise ValueError("a successful response has bytes to sign")
    return der.sequence(der.enumerated(status.value))
