"""An end entity's certificate says what it is for: one that does not is good for everything, also for TLS."""

from collections.abc import Iterator

from chopmark.pki.rule import Given, purposes_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "CPS §6.1.7; RFC 5280 §4.2.1.12"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if not given.is_authority and not purposes_of(certificate):
        yield "extensions.extKeyUsage"
