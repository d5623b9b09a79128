"""serverAuth stands with no purpose of a person's certificate, nor with anyExtendedKeyUsage (C17)."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given, purposes_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "CPS §6.1.7; BR §7.1.2.7.10"
SHARED = True

IDENTITY = frozenset(
    {oids.EMAIL_PROTECTION, oids.CODE_SIGNING, oids.DOCUMENT_SIGNING, oids.TIME_STAMPING, oids.OCSP_SIGNING}
)


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    purposes = purposes_of(certificate)
    if oids.SERVER_AUTH in purposes and purposes & IDENTITY:
        yield "extensions.extKeyUsage"
    if oids.ANY_EXTENDED_KEY_USAGE in purposes:
        yield "extensions.extKeyUsage"
