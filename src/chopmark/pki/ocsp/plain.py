"""The question that nearly everybody asks, read in one match: one certificate with a serial number of 16 octets, a nonce or none.

Taking every element of a request apart costs as much as signing the answer. This only ever says yes: what it found, written
again, is what came. Whatever it does not know is for the reader of whole requests to judge.
"""

import re
from functools import lru_cache

from chopmark.pki import der, oids
from chopmark.pki.ocsp.certids import hashes_in
from chopmark.pki.ocsp.messages import CertId, OcspRequest
from chopmark.pki.ocsp.nonces import nonce_extension

_SERIAL_OCTETS = 16
_NONCES = 32  # RFC 9654 §2.1 asks for as many; who sends more is read whole
_PLAIN = re.compile(
    rb"0\x81?.0\x81?.0.0."
    rb"(0.(0.\x06(?:\x05.{5}|\x09.{9})(?:\x05\x00)?(?:\x04\x14.{20}\x04\x14.{20}|\x04\x20.{32}\x04\x20.{32}))"
    rb"\x02\x10([\x01-\x7f].{15}))"
    rb"(?:\xa2.0.0.%b\x04.\x04.(.{1,32}))?" % re.escape(der.oid(oids.OCSP_NONCE)),
    re.DOTALL,
)


def read_plain(request: bytes) -> OcspRequest | None:
    """The same as `read_request` would say of it, or None."""
    found = _PLAIN.fullmatch(request)
    if found is None:
        return None
    encoded, named, serial_number, nonce = found.groups()
    before, between = _around(len(encoded), None if nonce is None else len(nonce))
    hashes = hashes_in(named)
    if hashes is None or request != before + encoded + between + (nonce or b""):
        return None
    if encoded[1] != len(encoded) - 2:
        return None
    return OcspRequest(cert_ids=(CertId(*hashes, serial_number, encoded),), nonce=nonce)


@lru_cache(maxsize=8 * _NONCES)
def _around(id_octets: int, nonce_octets: int | None) -> tuple[bytes, bytes]:
    """What stands before a CertID of so many octets, and between it and a nonce of so many."""
    nonce = None if nonce_octets is None else bytes(nonce_octets)
    request_list = der.sequence(der.sequence(bytes(id_octets)))
    extensions = nonce_extension(2, nonce)
    whole = der.sequence(der.sequence(request_list, extensions))
    id_at = len(whole) - len(extensions) - id_octets
    return whole[:id_at], whole[id_at + id_octets : len(whole) - (nonce_octets or 0)]
