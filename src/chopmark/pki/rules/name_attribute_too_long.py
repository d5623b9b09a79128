"""No attribute of a name passes its upper bound."""

from collections.abc import Iterator

from chopmark.pki.attributes import rule_of
from chopmark.pki.names import read_name
from chopmark.pki.rule import Given
from chopmark.pki.tbs import TbsCertificate

CITATION = "RFC 5280 appendix A.1"


def check(certificate: TbsCertificate, given: Given) -> Iterator[str]:
    name = read_name(certificate.subject_der)

    for attribute, value in name.attributes:
        # Organisational units of more than 64 characters were the incident of 2018.
        if len(value) > rule_of(attribute).limit:
            yield f"subject.{attribute}"
