"""What publication hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("crl.publication_asked")
@dataclass(frozen=True, slots=True)
class CrlPublicationAsked:
    """An operator does not wait for the next slot."""

    issuer_id: int


@event("crl.signed")
@dataclass(frozen=True, slots=True)
class CrlSigned:
    issuer_id: int
    shard: int
    number: int
