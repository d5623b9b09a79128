"""UTCTime through 2049, GeneralizedTime from 2050."""

from collections.abc import Iterator

from chopmark.pki.der import tags
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.5"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    moments = (certificate.not_before, certificate.not_after)
    for name, moment, tag in zip(("notBefore", "notAfter"), moments, certificate.validity_tags, strict=True):
        if tag != (tags.UTC_TIME if moment.year < 2050 else tags.GENERALIZED_TIME):
            yield f"validity.{name}"
