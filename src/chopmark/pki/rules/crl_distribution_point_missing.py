"""A certificate says where its revocation would be listed, unless it is an anchor or an OCSP delegate."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.13; RFC 6960 §4.2.2.2.1"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    exempt = given.issuer.encoded == certificate.encoded or oids.OCSP_NO_CHECK in certificate.extensions
    if not exempt and oids.CRL_DISTRIBUTION_POINTS not in certificate.extensions:
        yield "extensions.cRLDistributionPoints"
