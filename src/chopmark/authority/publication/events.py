"""What publication hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("crl.signed")
@dataclass(frozen=True, slots=True)
class CrlSigned:
    issuer_id: int
    shard: int
    number: int
