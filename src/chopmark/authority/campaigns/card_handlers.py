"""What card bureaus' batches do when they hear of something: keys of ours are sealed, or no copy of them is kept."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from chopmark.authority.applications.population import line_of
from chopmark.authority.campaigns.events import CampaignFinished, CardsKept, CardsToPurge
from chopmark.authority.campaigns.models import (
    CampaignChunk,
    CardAcknowledgement,
    CardBatch,
    CardSealRequest,
    SealedCards,
)
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.events import ChunkRecorded
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.keymaking import pool
from chopmark.authority.keymaking.models import Why
from chopmark.authority.revocation.events import CertificateRevoked, HoldersToTell


def ask_to_seal(events: Sequence[ChunkRecorded], now: datetime) -> None:
    """The certificates are there: the signer may seal their keys to the bureau."""
    for event in events:
        if _has_keys_of_ours(event.campaign_id):
            CardSealRequest.objects.get_or_create(
                campaign_id=event.campaign_id, number=event.number, defaults={"requested_at": now}
            )


def queue_purges(events: Sequence[CampaignFinished | CardsKept], now: datetime) -> None:
    """It is over, or its bureau has the response: chunk by chunk, since a population is more than one lease's work."""
    for event in events:
        if not _has_keys_of_ours(event.campaign_id):
            continue
        numbers = CampaignChunk.objects.filter(campaign_id=event.campaign_id).order_by("number")
        with transaction.atomic():
            for number in numbers.values_list("number", flat=True):
                hand_on(CardsToPurge(event.campaign_id, number), due_at=now)


def purge_chunks(events: Sequence[CardsToPurge], now: datetime) -> None:
    for event in events:
        if (
            SealedCards.objects.filter(campaign_id=event.campaign_id, number=event.number)
            .exclude(code="")
            .exists()
        ):
            pool.ask_purge(event.campaign_id, event.number, Why.LINE_FAILED, now=now)
        elif CardAcknowledgement.objects.filter(campaign_id=event.campaign_id).exists():
            pool.ask_purge(event.campaign_id, event.number, Why.DELIVERED, now=now)
        else:
            _purge_of_failed(event.campaign_id, event.number, now)


def _purge_of_failed(campaign_id: int, number: int, now: datetime) -> None:
    """A key whose line came to nothing is no other line's: its public half was approved, and perhaps signed before a crash."""
    chunk = CampaignChunk.objects.get(campaign_id=campaign_id, number=number)
    failed = set(range(chunk.count)) - chunk_selectors.certified_places(campaign_id, number)
    pool.ask_purge(campaign_id, number, Why.LINE_FAILED, now=now, places=sorted(failed))


def purge_of_revoked(events: Sequence[CertificateRevoked], now: datetime) -> None:
    for event in events:
        _purge_of_revoked(event.issuer_id, [event.serial_number], now)


def purge_of_many(events: Sequence[HoldersToTell], now: datetime) -> None:
    for event in events:
        _purge_of_revoked(event.issuer_id, event.serial_numbers.split(","), now)


def _purge_of_revoked(issuer_id: int, serial_numbers: Iterable[str], now: datetime) -> None:
    """A key that was not delivered yet never is."""
    for serial_number in serial_numbers:
        certificate = issuance.recorded(issuer_id, bytes.fromhex(serial_number))
        line = line_of(certificate.application_reference) if certificate is not None else None
        if line is not None:
            campaign_id, number, place = line
            pool.ask_purge(campaign_id, number, Why.REVOKED, now=now, places=[place])


def _has_keys_of_ours(campaign_id: int) -> bool:
    return CardBatch.objects.filter(campaign_id=campaign_id, transport_certificate__isnull=False).exists()
