"""Reading revocations."""

from collections.abc import Iterator
from datetime import datetime

from chopmark.authority.revocation.models import Revocation
from chopmark.pki.crl import CRLReason, RevokedEntry


def revocation_of(issuer_id: int, serial_number: bytes) -> Revocation | None:
    return Revocation.objects.filter(issuer_id=issuer_id, serial_number=serial_number).first()


def revoked_entries(issuer_id: int, at: datetime) -> Iterator[RevokedEntry]:
    """Every entry that a CRL of this issuer holds at a moment, in the order of serial numbers (RFC 5280 §5.1.2.6)."""
    rows = Revocation.objects.filter(issuer_id=issuer_id).in_force(at).order_by("serial_number")
    fields = rows.values_list("serial_number", "revoked_at", "reason", "invalidity_date")
    for serial_number, revoked_at, reason, invalidity_date in fields.iterator(chunk_size=5000):
        yield RevokedEntry(
            serial_number=bytes(serial_number),
            revoked_at=revoked_at,
            reason=CRLReason(reason),
            invalidity_date=invalidity_date,
        )
