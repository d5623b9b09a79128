"""A dNSName is a host name in preferred syntax, with at most one wildcard, leftmost and whole."""

from collections.abc import Iterator

from chopmark.pki.dnsnames import is_dns_name
from chopmark.pki.profiles import NameKind
from chopmark.pki.rule import Given, alternative_names_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.6; RFC 1034 §3.5; BR §7.1.2.7.12"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    for name in alternative_names_of(certificate, NameKind.DNS):
        if not is_dns_name(name):
            yield "extensions.subjectAltName.dNSName"
