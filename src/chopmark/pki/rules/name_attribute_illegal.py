"""No attribute of a name is empty, padded, invisible or of the wrong form."""

from collections.abc import Iterator

from chopmark.pki.attributes import (
    AttributeEmpty,
    AttributeIllegal,
    AttributeTooLong,
    require_lawful,
    rule_of,
)
from chopmark.pki.names import read_name
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "X.520 §6.2; RFC 5280 §4.1.2.4"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    name = read_name(certificate.subject_der)

    for attribute, value in name.attributes:
        try:
            require_lawful(rule_of(attribute), value, field=attribute)
        except AttributeTooLong:
            pass  # has a rule of its own
        except (AttributeEmpty, AttributeIllegal):
            yield f"subject.{attribute}"
