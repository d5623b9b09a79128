"""PKCS #10 requests (RFC 2986): read strictly, and the proof that the requestor holds the private key (RFC 3647 §3.2.1)."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from chopmark.pki import der, extensions, oids
from chopmark.pki.algorithms import AlgorithmUnknown, SignatureAlgorithm, read_algorithm_identifier
from chopmark.pki.der import tags
from chopmark.pki.profiles import NameKind
from chopmark.pki.refusals import Refusal
from chopmark.pki.signatures import KeyNotForAlgorithm, SignatureForged, verify_signature
from chopmark.pki.tbs import ExtensionFacts, read_extension

MAXIMUM_OCTETS = 32 * 1024  # an ML-DSA-87 request with fifty names fits in PEM

_PEM = re.compile(
    rb"\s*-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----\s(.+?)-----END (?:NEW )?CERTIFICATE REQUEST-----\s*",
    re.DOTALL,
)


class CsrMalformed(Refusal):
    """Not a PKCS #10 request, in DER or in PEM (RFC 2986 §4, RFC 7468 §7)."""

    code = "csr_malformed"


class CsrProofFailed(Refusal):
    """The request is not signed by the key it holds, or by an algorithm we do not accept: possession is not proved."""

    code = "csr_proof_failed"


class CsrTooLarge(Refusal):
    """More octets than any sensible request has."""

    code = "csr_too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificationRequest:
    """A request whose proof of possession held. What it asks for is a wish: profiles decide, not requests."""

    request_der: bytes
    subject_der: bytes
    spki_der: bytes
    signature_algorithm: SignatureAlgorithm
    requested_extensions: tuple[ExtensionFacts, ...]
    dns_names: tuple[str, ...]
    email_addresses: tuple[str, ...]
    sha256: bytes


def read_request(data: bytes) -> CertificationRequest:
    """Read a request in DER or PEM and verify its signature."""
    if len(data) > MAXIMUM_OCTETS:
        raise CsrTooLarge(limit=MAXIMUM_OCTETS, octets=len(data))
    request_der = _from_pem(data) if data.lstrip()[:5] == b"-----" else data
    try:
        return _read(request_der)
    except der.MalformedDer as malformed:
        raise CsrMalformed(**malformed.details) from malformed


def _from_pem(data: bytes) -> bytes:
    matched = _PEM.fullmatch(data)
    if matched is None:
        raise CsrMalformed(where="pem")
    try:
        return base64.b64decode(b"".join(matched[1].split()), validate=True)
    except binascii.Error as error:
        raise CsrMalformed(where="pem") from error


def _read(request_der: bytes) -> CertificationRequest:
    outer = der.read_one(request_der)
    info = outer.element(tags.SEQUENCE)
    algorithm = _read_algorithm(outer.element(tags.SEQUENCE).encoded)
    signature = outer.whole_bits()
    outer.finish()
    subject, spki, requested = _read_info(info.reader())
    _require_proof(spki_der=spki, algorithm=algorithm, signature=signature, signed=info.encoded)
    names = _alternative_names(requested)
    return CertificationRequest(
        request_der=request_der,
        subject_der=subject,
        spki_der=spki,
        signature_algorithm=algorithm,
        requested_extensions=requested,
        dns_names=tuple(name for kind, name in names if kind is NameKind.DNS),
        email_addresses=tuple(name for kind, name in names if kind is NameKind.RFC822),
        sha256=hashlib.sha256(request_der).digest(),
    )


def _read_algorithm(encoded: bytes) -> SignatureAlgorithm:
    try:
        return read_algorithm_identifier(encoded)
    except AlgorithmUnknown as unknown:
        raise CsrProofFailed(why=unknown.code) from unknown


def _read_info(info: der.Reader) -> tuple[bytes, bytes, tuple[ExtensionFacts, ...]]:
    if info.integer() != 0:
        raise der.MalformedDer(where="version")
    subject, spki = info.element(tags.SEQUENCE).encoded, info.element(tags.SEQUENCE).encoded
    # Some makers leave out the empty attributes, which RFC 2986 does not allow; nothing is lost by reading them.
    attributes = info.enter_optional(tags.EXPLICIT | 0) or der.Reader(b"")
    info.finish()
    requested: tuple[ExtensionFacts, ...] = ()
    while attributes:
        attribute = attributes.enter()
        if attribute.oid() == oids.EXTENSION_REQUEST:
            requested = _read_extension_request(attribute.enter(tags.SET))
    return subject, spki, requested


def _read_extension_request(values: der.Reader) -> tuple[ExtensionFacts, ...]:
    """An extensionRequest has exactly one value (RFC 2985 §5.4.2)."""
    listed, found = values.enter(), []
    values.finish()
    while listed:
        found.append(read_extension(listed.enter()))
    if len({extension.oid for extension in found}) != len(found):
        raise der.MalformedDer(where="extension_duplicate")
    return tuple(found)


def _require_proof(
    *, spki_der: bytes, algorithm: SignatureAlgorithm, signature: bytes, signed: bytes
) -> None:
    try:
        verify_signature(spki_der=spki_der, signature_algorithm=algorithm, signature=signature, signed=signed)
    except (SignatureForged, KeyNotForAlgorithm) as refusal:
        raise CsrProofFailed(why=refusal.code) from refusal


def _alternative_names(requested: tuple[ExtensionFacts, ...]) -> list[tuple[NameKind, str]]:
    """Names of forms that we write; a request may hold others, which no profile would print."""
    value = next((found.value for found in requested if found.oid == oids.SUBJECT_ALT_NAME), None)
    if value is None:
        return []
    listed = der.read_one(value).elements()
    return [extensions.read_general_name(found) for found in listed if found.tag in extensions.KINDS]
