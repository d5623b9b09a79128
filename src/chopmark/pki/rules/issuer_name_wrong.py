"""The issuer's name is, octet for octet, the subject of the issuer's certificate."""

from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.4, §6.1.3"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if certificate.issuer_der != given.issuer.subject_der:
        yield "issuer"
