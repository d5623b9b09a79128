"""CRLs, issuers' certificates and OCSP are fetched by plain HTTP: over TLS they would need themselves."""

from collections.abc import Iterator

from chopmark.pki import extensions, oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §8; BR §7.1.2.7.7"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.CRL_DISTRIBUTION_POINTS)
    if value and not all(url.startswith("http://") for url in extensions.read_crl_distribution_points(value)):
        yield "extensions.cRLDistributionPoints"
    value = certificate.extension_value(oids.AUTHORITY_INFORMATION_ACCESS)
    found = extensions.read_authority_information_access(value) if value else ()
    if not all(url.startswith("http://") for _, url in found):
        yield "extensions.authorityInfoAccess"
