"""A certificate is not valid for longer than its profile allows."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "CPS §6.3.2"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if certificate.not_after - certificate.not_before > given.profile.validity:
        yield "validity.notAfter"
