"""A counter or a padded number is not from a random source, however long it is."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "BR §7.1"

DISTINCT = 6


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    # Fifteen random octets with fewer than six distinct values come once in 2^50 certificates.
    if len(set(certificate.serial_number[1:])) < DISTINCT:
        yield "serialNumber"
