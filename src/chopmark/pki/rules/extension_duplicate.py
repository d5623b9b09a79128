"""An extension stands in a certificate once."""

from collections import Counter
from collections.abc import Iterator

from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    counted = Counter(found.oid for found in certificate.extension_list)
    yield from (f"extensions.{oid}" for oid, count in counted.items() if count > 1)
