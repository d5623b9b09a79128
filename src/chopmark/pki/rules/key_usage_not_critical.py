"""Key usage is there, and critical."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.3"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    found = certificate.extensions.get(oids.KEY_USAGE)
    if found is None or not found.critical:
        yield "extensions.keyUsage"
