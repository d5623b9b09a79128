"""What delivery does when it hears of something."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.delivery import chunks, services, telling
from chopmark.authority.delivery.events import CertificateDeclined, ChunkToOffer, ChunkToTell
from chopmark.authority.delivery.selectors import delivery_of
from chopmark.authority.issuance.events import CertificateRecorded
from chopmark.authority.kernel.actors import process
from chopmark.authority.keymaking import selectors as keymaking_selectors
from chopmark.authority.keymaking import services as keymaking


def offer_certificates(events: Sequence[CertificateRecorded], now: datetime) -> None:
    for event in events:
        if delivery_of(event.reference) is None:
            services.offer(reference=event.reference, actor=process("worker"), now=now)


def offer_chunks(events: Sequence[ChunkToOffer], now: datetime) -> None:
    for event in events:
        chunks.offer_if_due(
            campaign_id=event.campaign_id,
            number=event.number,
            acceptance=event.acceptance,
            actor=process("worker"),
            now=now,
        )


def tell_chunk(events: Sequence[ChunkToTell], now: datetime) -> None:
    for event in events:
        for one in chunks.between(event.first, event.last):
            if not one.is_revoked:  # of that she is told, and of nothing else
                telling.tell_of_campaign(one.reference, process("worker"), now)


def purge_keys_of_declined(events: Sequence[CertificateDeclined], now: datetime) -> None:
    """A key whose certificate was declined is nobody's (C30)."""
    for event in events:
        if keymaking_selectors.is_held(event.reference):
            keymaking.purge_unwanted(application_reference=event.reference, actor=process("worker"), now=now)
