"""Certificates and CRLs are signed by authorities' keys, all of which may, and no other key."""

from collections.abc import Iterator

from chopmark.pki import extensions, oids
from chopmark.pki.profiles import KeyUsage
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.3, §4.2.1.9"
SHARED = True

AUTHORITY = frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN})


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.KEY_USAGE)
    usages = frozenset() if value is None else extensions.read_key_usage(value)

    if given.is_authority and not usages >= AUTHORITY:
        yield "extensions.keyUsage"
    if not given.is_authority and usages & AUTHORITY:
        yield "extensions.keyUsage"
