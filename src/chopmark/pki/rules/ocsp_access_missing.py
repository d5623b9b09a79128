"""An end entity's certificate says where its status can be asked, unless it is an OCSP delegate's."""

from collections.abc import Iterator

from chopmark.pki import extensions, oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.2.1; CPS §4.9.9"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.AUTHORITY_INFORMATION_ACCESS)
    methods = () if value is None else extensions.read_authority_information_access(value)
    exempt = given.is_authority or oids.OCSP_NO_CHECK in certificate.extensions
    if not exempt and oids.ACCESS_OCSP not in {method for method, _ in methods}:
        yield "extensions.authorityInfoAccess"
