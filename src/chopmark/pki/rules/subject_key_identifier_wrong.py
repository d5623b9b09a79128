"""The subject key identifier is there, in every certificate, and is that of the key beside it."""

from collections.abc import Iterator

from chopmark.pki import der, oids
from chopmark.pki.keyids import key_identifier
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.2; RFC 7093 §2"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.SUBJECT_KEY_IDENTIFIER)
    if value is None or der.Reader(value).octets() != key_identifier(certificate.spki_der):
        yield "extensions.subjectKeyIdentifier"
