"""An OCSP delegate's certificate has id-pkix-ocsp-nocheck, and no other certificate has; it has no second purpose."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given, purposes_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 6960 §4.2.2.2, §4.2.2.2.1"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    purposes = purposes_of(certificate)
    if (oids.OCSP_NO_CHECK in certificate.extensions) != (purposes == {oids.OCSP_SIGNING}):
        yield "extensions.ocspNoCheck"
    if oids.OCSP_SIGNING in purposes and len(purposes) > 1:
        yield "extensions.extKeyUsage"
