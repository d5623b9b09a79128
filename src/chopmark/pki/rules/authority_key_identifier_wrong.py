"""The authority key identifier is there and is the issuer's subject key identifier."""

from collections.abc import Iterator

from chopmark.pki import der, extensions, oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.1"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.AUTHORITY_KEY_IDENTIFIER)
    issuers = given.issuer.extension_value(oids.SUBJECT_KEY_IDENTIFIER)
    named = None if value is None else extensions.read_authority_key_identifier(value)
    if named is None or issuers is None or named != der.Reader(issuers).octets():
        yield "extensions.authorityKeyIdentifier"
