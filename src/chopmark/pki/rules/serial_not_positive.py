"""A serial number is a positive integer."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.2"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if certificate.serial_number[0] > 0x7F or not any(certificate.serial_number):
        yield "serialNumber"
