"""What revocation does when it hears of something."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue import reading as catalogue
from chopmark.authority.delivery.events import CertificateDeclined
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.events import ChunkSpent, ClaimSpent
from chopmark.authority.issuance.press import SERIAL_OCTETS, split
from chopmark.authority.kernel.actors import process
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.keymaking import selectors as keymaking_selectors
from chopmark.authority.keymaking import services as keymaking
from chopmark.authority.notices import services as notices
from chopmark.authority.notices.policy import Template
from chopmark.authority.revocation import services
from chopmark.authority.revocation.events import CertificateRevoked, HoldersToTell
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


def tell_revoked(events: Sequence[CertificateRevoked], now: datetime) -> None:
    """The subscriber is told that her certificate was revoked, whoever asked for it (CPS 4.9.3)."""
    for event in events:
        serial_number = bytes.fromhex(event.serial_number)
        certificate = issuance.recorded(event.issuer_id, serial_number)
        revocation = revocation_of(event.issuer_id, serial_number)
        if certificate is None or revocation is None:
            continue  # a spent claim: nobody was ever given that certificate
        application = by_reference(certificate.application_reference)
        if application.record_id is None:
            continue
        here = ZoneInfo(catalogue.current().authority.zone)
        notices.tell(
            template=Template.CERTIFICATE_REVOKED,
            certificate=CertificateId(event.issuer_id, serial_number),
            application=application.reference,
            record_id=application.record_id,
            parameters={
                "revoked_on": revocation.revoked_at.astimezone(here).date().isoformat(),
                "serial_number": serial_number.hex(),
            },
            actor=process("worker"),
            now=now,
        )


def revoke_spent_chunks(events: Sequence[ChunkSpent], now: datetime) -> None:
    for event in events:
        chunk = chunk_selectors.attempt_of(event.campaign_id, event.number, event.attempt)
        serial_numbers = split(bytes(chunk.serial_numbers), SERIAL_OCTETS)
        if revocation_of(chunk.issuer_id, serial_numbers[0]) is None:
            services.revoke_spent_chunk(
                issuer_id=chunk.issuer_id, serial_numbers=serial_numbers, actor=process("worker"), now=now
            )


def purge_keys_of_revoked(events: Sequence[CertificateRevoked], now: datetime) -> None:
    """A key that waits to be collected is not handed over after its certificate was revoked (C30)."""
    for event in events:
        certificate = issuance.recorded(event.issuer_id, bytes.fromhex(event.serial_number))
        if certificate is not None and keymaking_selectors.is_held(certificate.application_reference):
            keymaking.purge_unwanted(
                application_reference=certificate.application_reference, actor=process("worker"), now=now
            )


def tell_holders(events: Sequence[HoldersToTell], now: datetime) -> None:
    """What is owed to the holder of one that was revoked is owed to each of many."""
    for event in events:
        each = [
            CertificateRevoked(event.issuer_id, one, event.reason) for one in event.serial_numbers.split(",")
        ]
        purge_keys_of_revoked(each, now)
        tell_revoked(each, now)
