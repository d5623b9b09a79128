"""A key is not certified for what its algorithm cannot do: keyEncipherment is for RSA."""

from collections.abc import Iterator

from chopmark.pki import extensions, oids
from chopmark.pki.keys import read_public_key
from chopmark.pki.profiles import cannot_do
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 4055 §1.2; RFC 8813 §3; RFC 8410 §5; RFC 9881 §5"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.KEY_USAGE)
    usages = frozenset() if value is None else extensions.read_key_usage(value)

    if usages & cannot_do(read_public_key(certificate.spki_der).kind):
        yield "extensions.keyUsage"
