"""What the authority says of a serial number at a moment (RFC 6960 §2.2), from the tables themselves."""

from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from chopmark.authority.custody import selectors as custody
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation.selectors import revocation_of, suspension_of
from chopmark.authority.validation.errors import StatusNotKnown
from chopmark.pki.crl import CRLReason
from chopmark.pki.ocsp import CertStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A revoked serial number has its moment and reason; the others have neither."""

    status: CertStatus
    revoked_at: datetime | None = None
    reason: CRLReason = CRLReason.UNSPECIFIED


GOOD = Status(status=CertStatus.GOOD)
UNKNOWN = Status(status=CertStatus.UNKNOWN)


def status_of(issuer_id: int, serial_number: bytes, *, at: datetime) -> Status:
    """Revoked once revoked, recorded or not; good from recording; unknown otherwise. `StatusNotKnown` if it cannot be read."""
    try:
        return _status_of(issuer_id, serial_number, at)
    except DatabaseError as error:
        raise StatusNotKnown from error


def _status_of(issuer_id: int, serial_number: bytes, at: datetime) -> Status:
    revocation = revocation_of(issuer_id, serial_number)
    if revocation is not None and revocation.revoked_at <= at:
        return Status(
            status=CertStatus.REVOKED, revoked_at=revocation.revoked_at, reason=CRLReason(revocation.reason)
        )
    suspension = suspension_of(issuer_id, serial_number, at=at)
    if suspension is not None:
        return Status(
            status=CertStatus.REVOKED,
            revoked_at=suspension.suspended_at,
            reason=CRLReason.CERTIFICATE_HOLD,
        )
    certificate = issuance.recorded(issuer_id, serial_number)
    if certificate is not None and certificate.recorded_at <= at:
        return GOOD
    if custody.was_recorded(CertificateId(issuer_id, serial_number), at=at):
        return GOOD
    return UNKNOWN
