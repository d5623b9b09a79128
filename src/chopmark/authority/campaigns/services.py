"""What operators do with a campaign: plan, approve, start, pause, resume; and how it ends."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.errors import (
    AlreadyApproved,
    AnotherDigest,
    CampaignMoved,
    CampaignNotApproved,
)
from chopmark.authority.campaigns.events import CampaignRunning
from chopmark.authority.campaigns.models import Campaign, CampaignApproval, CampaignChunk, CampaignStep
from chopmark.authority.campaigns.packing import chunk_digest
from chopmark.authority.campaigns.planning import Planned, Wanted
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.copying import draw
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission

Step = CampaignStep.Step


@act(AuditTag.CAMPAIGN_PLANNED)
def write_plan(*, wanted: Wanted, planned: Planned, actor: Actor, now: datetime) -> Campaign:
    """Write a plan down that the dry run found nothing wrong with; nothing of it happens before it is approved and started."""
    _require_may(actor)
    (number,) = draw("campaigns_campaign_id_seq", 1)
    campaign = Campaign(
        id=number,
        reference=f"C{now:%y%m}{number:04d}",
        kind=Campaign.Kind.POPULATION_ISSUE,
        type_code=wanted.type_code,
        input=wanted.input,
        agreement=wanted.agreement,
        grant_id=wanted.grant_id,
        purpose=wanted.purpose,
        count=planned.count,
        facts=dict(planned.facts),
        planned_by=actor.id,
        planned_at=now,
    )
    chunks = [
        CampaignChunk(campaign_id=number, number=place, count=count, items=items, digest=chunk_digest(items))
        for place, (count, items) in enumerate(planned.chunks)
    ]
    campaign.digest = selectors.digest_of(campaign, [bytes(chunk.digest) for chunk in chunks])
    campaign.save(force_insert=True)
    CampaignChunk.objects.bulk_create(chunks, batch_size=50)
    leave(
        public={"count": campaign.count, "type": campaign.type_code},
        payload={"actor": actor.id, "campaign": campaign.reference, "digest": campaign.digest.hex()},
        now=now,
        rows=[campaign, *chunks],
    )
    return campaign


@act(AuditTag.CAMPAIGN_APPROVED)
def approve(*, reference: str, digest: bytes, actor: Actor, now: datetime) -> None:
    """Agree to a campaign as one has read it; several operators must, each for herself (CPS 5.2.2)."""
    _require_may(actor)
    campaign = _held(reference)
    if bytes(campaign.digest) != digest:
        raise AnotherDigest
    if selectors.last_step(campaign.pk) is not None:
        raise CampaignMoved
    if CampaignApproval.objects.filter(campaign_id=campaign.pk, officer=actor.id).exists():
        raise AlreadyApproved
    approval = CampaignApproval.objects.create(
        campaign_id=campaign.pk, digest=digest, officer=actor.id, approved_at=now
    )
    leave(payload={"actor": actor.id, "campaign": campaign.reference}, now=now, rows=[approval])


@act(AuditTag.CAMPAIGN_STARTED)
def start(*, reference: str, actor: Actor, now: datetime) -> None:
    """Let an approved campaign's chunks be done, by whichever worker is free."""
    _require_may(actor)
    campaign = _held(reference)
    if not selectors.is_approved(campaign):
        raise CampaignNotApproved
    if selectors.last_step(campaign.pk) is not None:
        raise CampaignMoved
    _step(campaign, Step.STARTED, actor, now)
    hand_on(CampaignRunning(campaign.pk))


@act(AuditTag.CAMPAIGN_PAUSED)
def pause(*, reference: str, actor: Actor, now: datetime) -> None:
    """Begin no further chunk; what is intended already is signed."""
    _require_may(actor)
    campaign = _held(reference)
    if not selectors.is_running(campaign.pk):
        raise CampaignMoved
    _step(campaign, Step.PAUSED, actor, now)


@act(AuditTag.CAMPAIGN_RESUMED)
def resume(*, reference: str, actor: Actor, now: datetime) -> None:
    """Go on where it was paused."""
    _require_may(actor)
    campaign = _held(reference)
    last = selectors.last_step(campaign.pk)
    if last is None or last.step != Step.PAUSED:
        raise CampaignMoved
    _step(campaign, Step.RESUMED, actor, now)
    hand_on(CampaignRunning(campaign.pk))


@act(AuditTag.CAMPAIGN_FINISHED)
def finish(*, reference: str, actor: Actor, now: datetime) -> None:
    """Say that no line is pending any more, under a digest of the report."""
    campaign = _held(reference)
    progress = selectors.progress(campaign)
    if progress.pending or not selectors.is_running(campaign.pk):
        raise CampaignMoved
    digest = report_digest(progress.as_json())
    _step(campaign, Step.FINISHED, actor, now, report_sha256=digest)


REPORTED = (
    "reference",
    "digest",
    "approvals",
    "count",
    "issued",
    "failed",
    "refused",
    "spent_serial_numbers",
)


def report_digest(said: Mapping[str, object]) -> bytes:
    """SHA-256 over what a report says that does not change any more, as JSON with sorted keys."""
    kept = {name: said[name] for name in REPORTED}
    return sha256(json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()).digest()


def _step(
    campaign: Campaign, step: Step, actor: Actor, now: datetime, *, report_sha256: bytes | None = None
) -> None:
    row = CampaignStep.objects.create(
        campaign_id=campaign.pk, step=step, actor=actor.id, report_sha256=report_sha256, at=now
    )
    leave(payload={"actor": actor.id, "campaign": campaign.reference}, now=now, rows=[row])


def _held(reference: str) -> Campaign:
    """The campaign, while nobody else decides about it."""
    campaign = selectors.by_reference(reference)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"campaign {campaign.reference}"]
        )
    return campaign


def _require_may(actor: Actor) -> None:
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
