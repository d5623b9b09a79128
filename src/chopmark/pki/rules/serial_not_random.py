"""A counter or a padded number is not from a random source, however long it is."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "BR §7.1"

DISTINCT = 6


def looks_random(serial_number: bytes) -> bool:
    # Fifteen random octets with fewer than six distinct values come once in 2^50 certificates.
    return len(set(serial_number[1:])) >= DISTINCT


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if not looks_random(certificate.serial_number):
        yield "serialNumber"
