"""Looking for one certificate in a whole log: what the log does not hold was made elsewhere."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.pki.tlog.leaf import decode_leaf


class NotACertificate(Exception):
    """The file holds no certificate, neither as PEM nor as DER."""


@dataclass(slots=True)
class Search:
    """What the entries said so far of a certificate; give `look` to `verify_log` as `on_entry`."""

    fingerprint_sha256: str
    serial_number: int
    found_at: int | None = None
    same_number_at: int | None = None

    def look(self, index: int, entry: bytes) -> None:
        leaf = decode_leaf(entry)
        if leaf.refused is not None or not leaf.tag.endswith(":issued"):
            return
        if leaf.public.get("fingerprint_sha256") == self.fingerprint_sha256:
            self.found_at = index
        elif _number(leaf.public.get("serial_number")) == self.serial_number:
            self.same_number_at = index


def search_for(certificate: x509.Certificate) -> Search:
    der = certificate.public_bytes(Encoding.DER)
    return Search(hashlib.sha256(der).hexdigest(), certificate.serial_number)


def read_certificate_file(path: Path) -> x509.Certificate:
    octets = path.read_bytes()
    try:
        if b"-----BEGIN" in octets:
            return x509.load_pem_x509_certificate(octets)
        return x509.load_der_x509_certificate(octets)
    except ValueError:
        raise NotACertificate from None


def _number(serial: object) -> int | None:
    try:
        return int(str(serial), 16)
    except ValueError:
        return None
