"""No critical extension but those that every relying party must understand."""

from collections.abc import Iterator

from chopmark.pki import oids
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 §4.2"
SHARED = True

UNDERSTOOD = frozenset({oids.KEY_USAGE, oids.BASIC_CONSTRAINTS, oids.NAME_CONSTRAINTS, oids.SUBJECT_ALT_NAME})


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    for found in certificate.extension_list:
        if found.critical and found.oid not in UNDERSTOOD:
            yield f"extensions.{found.oid}"
