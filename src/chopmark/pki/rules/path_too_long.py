"""The issuer is an authority, and leaves room below itself for this certificate."""

from collections.abc import Iterator

from chopmark.pki.rule import Given, constraints_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.9, §6.1.4"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    issuer = constraints_of(given.issuer)
    self_signed = given.issuer.encoded == certificate.encoded
    if not issuer.ca:
        yield "issuer"
    elif constraints_of(certificate).ca and issuer.path_length == 0 and not self_signed:
        yield "extensions.basicConstraints"
