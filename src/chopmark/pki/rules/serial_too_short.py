"""At least 64 bits from a random source (BR), and 120 of ours: fewer than 16 octets cannot hold them."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "BR §7.1; CPS §7.1"

OCTETS = 16


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    # Sequential serial numbers of three octets under SHA-1 were the incident of 2016.
    if len(certificate.serial_number) < OCTETS:
        yield "serialNumber"
