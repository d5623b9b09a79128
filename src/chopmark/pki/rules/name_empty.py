"""A subject has at least one attribute."""

from collections.abc import Iterator

from chopmark.pki.names import read_name
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.6; CPS §3.1.1"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    name = read_name(certificate.subject_der)

    if not name.attributes:
        yield "subject"
