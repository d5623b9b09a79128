"""A serial number is a positive integer."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.2"


def is_positive(serial_number: bytes) -> bool:
    return serial_number[0] < 0x80 and any(serial_number)


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if not is_positive(certificate.serial_number):
        yield "serialNumber"
