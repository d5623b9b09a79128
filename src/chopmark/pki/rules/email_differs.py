"""An e-mail address in the subject is also an alternative name."""

from collections.abc import Iterator

from chopmark.pki.names import read_name
from chopmark.pki.profiles import NameKind
from chopmark.pki.rule import Given, alternative_names_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.1.2.6"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    names = alternative_names_of(certificate, NameKind.RFC822)
    if not set(read_name(certificate.subject_der).values("E")) <= set(names):
        yield "subject.E"
