"""What revocation does when it hears of something."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.delivery.events import CertificateDeclined
from chopmark.authority.issuance.events import ClaimSpent
from chopmark.authority.kernel.actors import process
from chopmark.authority.revocation import services
from chopmark.authority.revocation.selectors import revocation_of


def revoke_declined(events: Sequence[CertificateDeclined], now: datetime) -> None:
    for event in events:
        serial_number = bytes.fromhex(event.serial_number)
        if revocation_of(event.issuer_id, serial_number) is None:
            services.revoke_declined(
                issuer_id=event.issuer_id, serial_number=serial_number, actor=process("worker"), now=now
            )


def revoke_spent(events: Sequence[ClaimSpent], now: datetime) -> None:
    for event in events:
        serial_number = bytes.fromhex(event.serial_number)
        if revocation_of(event.issuer_id, serial_number) is None:
            services.revoke_spent(
                issuer_id=event.issuer_id, serial_number=serial_number, actor=process("worker"), now=now
            )
