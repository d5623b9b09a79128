"""A certificate lies within the validity of its issuer's, so that no path outlives its anchor."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "CPS §6.3.2; RFC 5280 §6.1.3"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if certificate.not_before < given.issuer.not_before:
        yield "validity.notBefore"
    if certificate.not_after > given.issuer.not_after:
        yield "validity.notAfter"
