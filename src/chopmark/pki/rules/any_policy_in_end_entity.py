"""anyPolicy is for authorities: an end entity's certificate names a policy."""

from collections.abc import Iterator

from chopmark.pki import extensions, oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.4; BR §7.1.6.1"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.CERTIFICATE_POLICIES)
    named = () if value is None else extensions.read_certificate_policies(value)
    if not given.is_authority and oids.ANY_POLICY in {policy.oid for policy in named}:
        yield "extensions.certificatePolicies"
