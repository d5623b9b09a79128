"""What issuance hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("certificate.recorded")
@dataclass(frozen=True, slots=True)
class CertificateRecorded:
    issuer_id: int
    serial_number: str  # hexadecimal
    reference: str


@event("claim.spent")
@dataclass(frozen=True, slots=True)
class ClaimSpent:
    issuer_id: int
    serial_number: str
    reference: str


@event("certificate.retry_asked")
@dataclass(frozen=True, slots=True)
class RetryAsked:
    """An operator has mended what stood in the way of an approved application."""

    reference: str


@event("chunk.recorded")
@dataclass(frozen=True, slots=True)
class ChunkRecorded:
    campaign_id: int
    number: int
    issuer_id: int


@event("chunk.spent")
@dataclass(frozen=True, slots=True)
class ChunkSpent:
    campaign_id: int
    number: int
    attempt: int
