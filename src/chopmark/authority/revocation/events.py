"""What revocation hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("certificate.revoked")
@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    issuer_id: int
    serial_number: str  # hexadecimal
    reason: int
