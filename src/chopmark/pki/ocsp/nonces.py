"""Extensions of OCSP messages; of all of them we use the nonce (RFC 9654)."""

from chopmark.pki import der, extensions, oids
from chopmark.pki.ocsp.messages import NONCE_LIMITS, OcspNonceLength
from chopmark.pki.tbs import ExtensionFacts, read_extension


def read_extensions(wrapped: der.Reader | None) -> dict[str, ExtensionFacts]:
    if wrapped is None:
        return {}
    reader, found = wrapped.enter(), {}
    wrapped.finish()
    while reader:
        extension = read_extension(reader.enter())
        if extension.oid in found or (extension.critical and extension.oid != oids.OCSP_NONCE):
            raise der.MalformedDer(where="ocsp_extension")
        found[extension.oid] = extension
    return found


def read_nonce(wrapped: der.Reader | None) -> bytes | None:
    extension = read_extensions(wrapped).get(oids.OCSP_NONCE)
    if extension is None:
        return None
    reader = der.Reader(extension.value)
    nonce = reader.octets()
    reader.finish()
    if len(nonce) not in NONCE_LIMITS:
        raise OcspNonceLength(octets=len(nonce))
    return nonce


def nonce_extension(number: int, nonce: bytes | None) -> bytes:
    if nonce is None:
        return b""
    if len(nonce) not in NONCE_LIMITS:
        raise OcspNonceLength(octets=len(nonce))
    return der.explicit(number, der.sequence(extensions.extension(oids.OCSP_NONCE, der.octet_string(nonce))))
