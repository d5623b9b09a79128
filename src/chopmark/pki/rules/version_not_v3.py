"""Certificates with extensions are of version 3."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.1"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if certificate.version != 2:
        yield "version"
