"""An authority says that it is one, critically."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given, constraints_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.9"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    found = certificate.extensions.get(oids.BASIC_CONSTRAINTS)
    marked = found is not None and found.critical and constraints_of(certificate).ca
    if given.is_authority and not marked:
        yield "extensions.basicConstraints"
