"""A server's certificate has its names in the subject alternative name."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.profiles import NameKind
from chopmark.pki.rule import Given, alternative_names_of, purposes_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 9525 §6.3; BR §7.1.2.7.12"
SHARED = True


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    is_server = oids.SERVER_AUTH in purposes_of(certificate) and not given.is_authority
    if is_server and not alternative_names_of(certificate, NameKind.DNS):
        yield "extensions.subjectAltName"
