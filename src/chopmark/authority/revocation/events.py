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


@event("certificates.revoked")
@dataclass(frozen=True, slots=True)
class ManyRevoked:
    """So many at once that their lists hear of it together: of each list the least serial number that is on it."""

    issuer_id: int
    serial_numbers: str  # hexadecimal, with commas between
    reason: int


@event("certificates.holders_to_tell", last=True)
@dataclass(frozen=True, slots=True)
class HoldersToTell:
    """Some of many that were revoked at once: whoever holds them is told, after all other news."""

    issuer_id: int
    serial_numbers: str  # hexadecimal, with commas between
    reason: int
