"""OCSP requests, read strictly; several certificates may be asked about in one (RFC 6960 §4.1)."""

from collections.abc import Sequence

from chopmark.pki import der
from chopmark.pki.der import tags
from chopmark.pki.ocsp.certids import read_cert_id
from chopmark.pki.ocsp.messages import CertId, OcspMalformed, OcspRequest, OcspTooLarge
from chopmark.pki.ocsp.nonces import nonce_extension, read_extensions, read_nonce
from chopmark.pki.ocsp.plain import read_plain


def build_request(cert_ids: Sequence[CertId], *, nonce: bytes | None = None) -> bytes:
    """An unsigned request, as a relying party sends it."""
    requests = der.sequence(*(der.sequence(wanted.encoded) for wanted in cert_ids))
    return der.sequence(der.sequence(requests, nonce_extension(2, nonce)))


def read_request(
    request_der: bytes, *, maximum_octets: int = 16 * 1024, maximum_certificates: int = 50
) -> OcspRequest:
    """The certificates asked about and the nonce. A requestor's name and signature are allowed and not used (RFC 6960 §4.1.2)."""
    if len(request_der) > maximum_octets:
        raise OcspTooLarge(limit=maximum_octets, octets=len(request_der))
    try:
        return read_plain(request_der) or _read_request(request_der, maximum_certificates)
    except der.MalformedDer as malformed:
        raise OcspMalformed(**malformed.details) from malformed


def _read_request(request_der: bytes, maximum_certificates: int) -> OcspRequest:
    outer = der.read_one(request_der)
    tbs = outer.enter()
    outer.optional(tags.EXPLICIT | 0)  # optionalSignature
    outer.finish()
    _require_version_1(tbs)
    tbs.optional(tags.EXPLICIT | 1)  # requestorName
    requests, cert_ids = tbs.enter(), []
    while requests:
        cert_ids.append(_read_one_request(requests.enter()))
        if len(cert_ids) > maximum_certificates:
            raise OcspTooLarge(limit=maximum_certificates)
    nonce = read_nonce(tbs.enter_optional(tags.EXPLICIT | 2))
    tbs.finish()
    if not cert_ids:
        raise der.MalformedDer(where="request_list_empty")
    return OcspRequest(cert_ids=tuple(cert_ids), nonce=nonce)


def _require_version_1(reader: der.Reader) -> None:
    # Version 1 is the default and DER leaves it out; some clients write it, and lose nothing by it here.
    version = reader.enter_optional(tags.EXPLICIT | 0)
    if version is not None and version.integer() != 0:
        raise der.MalformedDer(where="version")


def _read_one_request(reader: der.Reader) -> CertId:
    found = read_cert_id(reader.element(tags.SEQUENCE))
    read_extensions(reader.enter_optional(tags.EXPLICIT | 0))
    reader.finish()
    return found
