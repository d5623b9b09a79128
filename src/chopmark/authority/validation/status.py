"""What is said of one serial number, and how the store writes it down."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from chopmark.pki.crl import CRLReason
from chopmark.pki.ocsp import CertStatus

_REVOKED = struct.Struct(">qB")  # seconds since 1970, reason (RFC 5280 §5.3.1)
GOOD_ENTRY = b"g"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A revoked serial number has its moment and reason; the others have neither."""

    status: CertStatus
    revoked_at: datetime | None = None
    reason: CRLReason = CRLReason.UNSPECIFIED


GOOD = Status(status=CertStatus.GOOD)
UNKNOWN = Status(status=CertStatus.UNKNOWN)


def key_of(issuer_id: int, serial_number: bytes) -> bytes:
    """Sorted as the index by which the database finds certificates, so that everything is loaded in one pass."""
    return serial_number + issuer_id.to_bytes(2, "big")


def revoked_entry(revoked_at: datetime, reason: int) -> bytes:
    return _REVOKED.pack(int(revoked_at.timestamp()), reason)


def read_entry(entry: bytes | None) -> Status:
    """What nothing is written of was never issued, or never recorded."""
    if entry == GOOD_ENTRY:
        return GOOD
    if entry is None:
        return UNKNOWN
    seconds, reason = _REVOKED.unpack(entry)
    return Status(
        status=CertStatus.REVOKED, revoked_at=datetime.fromtimestamp(seconds, UTC), reason=CRLReason(reason)
    )
