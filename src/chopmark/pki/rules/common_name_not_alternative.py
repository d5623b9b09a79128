"""The common name of a server's certificate is among its alternative names."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.names import read_name
from chopmark.pki.profiles import NameKind
from chopmark.pki.rule import Given, alternative_names_of, purposes_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "BR §7.1.4.3"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    if oids.SERVER_AUTH not in purposes_of(certificate) or given.is_authority:
        return
    names = alternative_names_of(certificate, NameKind.DNS)
    if not set(read_name(certificate.subject_der).values("CN")) <= set(names):
        yield "subject.CN"
