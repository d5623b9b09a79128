"""The algorithm inside the signed bytes is the one that will sign them."""

from collections.abc import Iterator

from chopmark.pki.algorithms import algorithm_identifier
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.3"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if certificate.signature_algorithm != algorithm_identifier(given.signature_algorithm):
        yield "signature"
