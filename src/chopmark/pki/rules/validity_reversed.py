"""A certificate ends after it begins."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.5"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if certificate.not_after <= certificate.not_before:
        yield "validity"
