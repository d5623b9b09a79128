"""Which types can be applied for here: those that print nothing but what the owner's desk asks a person for."""

from typing import Final

from chopmark.authority.catalogue.errors import NotOffered
from chopmark.authority.catalogue.pack import CertificateType
from chopmark.authority.catalogue.words import Channel, Source

# An organisation or a domain name is asked for at a counter: no page here does.
ASKED_AT_DESK: Final = frozenset(
    {Source.CLASS_ORGANIZATION, Source.SUBSCRIBER_EMAIL, Source.SUBSCRIBER_NAME, Source.SUBSCRIBER_SRN}
)


def may_be_applied_for(kind: CertificateType) -> bool:
    printed = {row.source for row in kind.subject if row.source is not None}
    return Channel.PORTAL in kind.channels and printed <= ASKED_AT_DESK


def require_may_be_applied_for(kind: CertificateType) -> None:
    if not may_be_applied_for(kind):
        raise NotOffered(type=kind.code)
