"""A certificate below the anchor names the policy it was issued under, which is the CPS in force (C14)."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.4; CPS §1.2"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    exempt = given.issuer.encoded == certificate.encoded or oids.OCSP_NO_CHECK in certificate.extensions
    if not exempt and oids.CERTIFICATE_POLICIES not in certificate.extensions:
        yield "extensions.certificatePolicies"
