"""What revocation hands on. `at` is the moment in Unix seconds, which after a restore may be of yesterday; None: of now."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("certificate.revoked")
@dataclass(frozen=True, slots=True)
class CertificateRevoked:
    issuer_id: int
    serial_number: str  # hexadecimal
    reason: int
    at: int | None = None


@event("certificate.suspended")
@dataclass(frozen=True, slots=True)
class CertificateSuspended:
    issuer_id: int
    serial_number: str  # hexadecimal
    at: int | None = None


@event("certificate.released")
@dataclass(frozen=True, slots=True)
class CertificateReleased:
    """Its suspension ended, and it is good again."""

    issuer_id: int
    serial_number: str  # hexadecimal
    at: int | None = None
