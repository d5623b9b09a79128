"""Each extended key usage has one of the key usages it needs."""

from collections.abc import Iterator

from chopmark.pki import extensions, oids
from chopmark.pki.profiles import KeyUsage
from chopmark.pki.rule import Given, purposes_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.12; RFC 6960 §4.2.2.2"
SHARED = True

_SIGNING = frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION})
_AGREEING = frozenset({KeyUsage.KEY_ENCIPHERMENT, KeyUsage.KEY_AGREEMENT})
NEEDS = {
    oids.SERVER_AUTH: _AGREEING | {KeyUsage.DIGITAL_SIGNATURE},
    oids.CLIENT_AUTH: frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT}),
    oids.EMAIL_PROTECTION: _SIGNING | _AGREEING,
    oids.CODE_SIGNING: frozenset({KeyUsage.DIGITAL_SIGNATURE}),
    oids.TIME_STAMPING: _SIGNING,
    oids.OCSP_SIGNING: _SIGNING,
    oids.DOCUMENT_SIGNING: _SIGNING,
}


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    value = certificate.extension_value(oids.KEY_USAGE)
    usages = frozenset() if value is None else extensions.read_key_usage(value)

    for purpose in sorted(purposes_of(certificate) & NEEDS.keys()):
        if not usages & NEEDS[purpose] and not given.is_authority:
            yield "extensions.keyUsage"
