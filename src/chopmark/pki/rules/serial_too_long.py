"""A serial number has at most 20 octets."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.2"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if len(certificate.serial_number) > 20:
        yield "serialNumber"
