"""A chunk of certificates in the worker: proved to be approved, then what is due of it is revoked in one transaction."""

from contextlib import suppress
from datetime import datetime

import structlog

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import selectors, services
from chopmark.authority.campaigns.errors import CampaignMoved, CampaignNotProven, ChunkAlreadyRevoked
from chopmark.authority.campaigns.events import ChunkRevoked
from chopmark.authority.campaigns.models import Campaign, CampaignFailure, RevokedChunk
from chopmark.authority.campaigns.packing import unpack_certificates
from chopmark.authority.campaigns.proof import approved_octets
from chopmark.authority.campaigns.replacing import Due, due_chunks, due_of
from chopmark.authority.issuance.holding import hold_chunk
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.revocation.errors import AlreadyRevoked
from chopmark.authority.revocation.mass import revoke_many
from chopmark.pki.crl import CRLReason

log = structlog.get_logger("campaigns")


def work(campaign_id: int, number: int, *, now: datetime) -> bool:
    """Do what is due of a chunk of certificates; answers whether anything was. What does not prove waits for an operator."""
    campaign, worker = Campaign.objects.get(id=campaign_id), process("worker")
    if not selectors.is_running(campaign_id) or not _is_due(campaign, number, now):
        return False
    try:
        revoke_chunk(campaign=campaign, number=number, actor=worker, now=now)
    except ChunkAlreadyRevoked:  # another worker was at it
        return False
    except CampaignNotProven as refusal:
        log.error("campaign_not_proven", campaign=campaign.reference, chunk=number, **refusal.details)  # noqa: TRY400  no trace
        with suppress(CampaignMoved):  # another worker came first
            services.halt(reference=campaign.reference, actor=worker, now=now)
        return False
    return True


@act(AuditTag.CHUNK_REVOKED)
def revoke_chunk(*, campaign: Campaign, number: int, actor: Actor, now: datetime) -> None:
    """Revoke what is due of certificates that enough operators approved (CPS 4.9); whichever was revoked since stays as it is."""
    # 1. Once, whoever comes at the same time, or again after a crash.
    hold_chunk(campaign.pk, number)
    if not _is_due(campaign, number, now):
        raise ChunkAlreadyRevoked

    # 2. The operators ask for it: these certificates and these terms are what they approved.
    if not selectors.is_of_certificates(campaign, number):
        raise CampaignNotProven(rule="campaign")
    octets = approved_octets(campaign, number)
    due = _due(campaign, number, octets, now)
    reason = CRLReason[str(selectors.terms_of(campaign)["reason"]).upper()]

    # 3. Revoke, say of which nothing came, and hand the news on.
    part = _parts(campaign.pk, number)
    behind: dict[str, str | int] = {"campaign": campaign.reference, "chunk": number, "part": part}
    revoked = revoke_many(certificates=due.certificates, reason=reason, behind=behind, actor=actor, now=now)
    done = RevokedChunk.objects.create(
        campaign_id=campaign.pk,
        number=number,
        part=part,
        is_last=due.is_last,
        revoked=len(revoked),
        revoked_at=now,
    )
    leave(
        public={"count": len(revoked)},
        payload={"actor": actor.id, "campaign": campaign.reference, "chunk": number},
        now=now,
        rows=[done, *_failures(campaign, number, due, revoked, now)],
    )
    hand_on(ChunkRevoked(campaign.pk, number))


def _is_due(campaign: Campaign, number: int, now: datetime) -> bool:
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT:
        return number in due_chunks(campaign.pk, now)
    return not _parts(campaign.pk, number)


def _parts(campaign_id: int, number: int) -> int:
    return RevokedChunk.objects.filter(campaign_id=campaign_id, number=number).count()


def _due(campaign: Campaign, number: int, octets: bytes, now: datetime) -> Due:
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT:
        return due_of(campaign, number, octets, now)
    return Due(certificates=unpack_certificates(octets), failed={}, is_last=True)


def _failures(
    campaign: Campaign, number: int, due: Due, revoked: frozenset[CertificateId], now: datetime
) -> list[CampaignFailure]:
    failed = dict(due.failed)
    if campaign.kind == Campaign.Kind.MASS_REVOCATION:
        failed = {at: AlreadyRevoked.code for at, one in enumerate(due.certificates) if one not in revoked}
    rows = [
        CampaignFailure(campaign_id=campaign.pk, number=number, place=place, code=code, failed_at=now)
        for place, code in failed.items()
    ]
    return CampaignFailure.objects.bulk_create(rows)
