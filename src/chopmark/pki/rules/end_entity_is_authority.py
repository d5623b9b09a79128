"""Only an authority's profile makes an authority."""

from collections.abc import Iterator

from chopmark.pki.rule import Given, constraints_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.9"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if constraints_of(certificate).ca and not given.is_authority:
        yield "extensions.basicConstraints"
