"""An rfc822Name is a bare mailbox in ASCII."""

from collections.abc import Iterator

from chopmark.pki.attributes import is_mailbox
from chopmark.pki.profiles import NameKind
from chopmark.pki.rule import Given, alternative_names_of
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2.1.6"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    for name in alternative_names_of(certificate, NameKind.RFC822):
        if not is_mailbox(name):
            yield "extensions.subjectAltName.rfc822Name"
