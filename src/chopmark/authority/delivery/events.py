"""What delivery hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("certificate.accepted")
@dataclass(frozen=True, slots=True)
class CertificateAccepted:
    issuer_id: int
    serial_number: str
    reference: str


@event("certificate.declined")
@dataclass(frozen=True, slots=True)
class CertificateDeclined:
    """Rejected by the subscriber, or never answered."""

    issuer_id: int
    serial_number: str
    reference: str
