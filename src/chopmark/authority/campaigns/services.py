"""What operators do with a campaign: plan, approve, start, pause, resume; and how it ends."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.cohort_planning import Extending, require_extends_still
from chopmark.authority.campaigns.errors import (
    AlreadyApproved,
    AnotherDigest,
    CampaignMoved,
    CampaignNotApproved,
    HoldersCannotAnswer,
    NoticesOutlastAnswers,
    ReplacementDayPassed,
)
from chopmark.authority.campaigns.events import CampaignFinished, CampaignPaused, CampaignRunning
from chopmark.authority.campaigns.foretelling import acceptance_of
from chopmark.authority.campaigns.mass_planning import Revoking
from chopmark.authority.campaigns.models import (
    Campaign,
    CampaignApproval,
    CampaignChunk,
    CampaignStep,
    CampaignTerms,
)
from chopmark.authority.campaigns.packing import chunk_digest
from chopmark.authority.campaigns.planning import Planned, Wanted
from chopmark.authority.campaigns.replacement_planning import Replacing
from chopmark.authority.campaigns.replacing import day_of_end
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import Acceptance
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
    campaign = Campaign(
        kind=Campaign.Kind.POPULATION_ISSUE,
        type_code=wanted.type_code,
        input=wanted.input,
        agreement=wanted.agreement,
        grant_id=wanted.grant_id,
        purpose=wanted.purpose,
    )
    return write_down(campaign, planned, {}, {"type": campaign.type_code}, actor, now)


@act(AuditTag.CAMPAIGN_PLANNED)
def write_revocation(*, wanted: Revoking, planned: Planned, actor: Actor, now: datetime) -> Campaign:
    """Write down which certificates are to be revoked, and why; none is before this is approved and started (CPS 4.9)."""
    _require_may(actor)
    campaign = Campaign(
        kind=Campaign.Kind.MASS_REVOCATION,
        type_code=wanted.matching.type_code or "",
        input=Campaign.Input.CERTIFICATES,
    )
    return write_down(
        campaign, planned, wanted.as_terms(), {"reason": wanted.reason.name.lower()}, actor, now
    )


@act(AuditTag.CAMPAIGN_PLANNED)
def write_replacement(*, wanted: Replacing, planned: Planned, actor: Actor, now: datetime) -> Campaign:
    """Write down which certificates go by a day, and the lines of those that come for them (CPS 4.7, 4.9)."""
    _require_may(actor)
    issue = wanted.issue
    campaign = Campaign(
        kind=Campaign.Kind.MASS_REPLACEMENT,
        type_code=issue.type_code,
        input=issue.input,
        agreement=issue.agreement,
        grant_id=issue.grant_id,
        purpose=issue.purpose,
    )
    terms = {**wanted.as_terms(), **{name: planned.facts[name] for name in ("lines", "line_chunks")}}
    return write_down(
        campaign, planned, terms, {"type": campaign.type_code, "reason": "superseded"}, actor, now
    )


@act(AuditTag.CAMPAIGN_PLANNED)
def write_cohort_change(*, wanted: Extending, planned: Planned, actor: Actor, now: datetime) -> Campaign:
    """Write down which certificates are to be free for longer; none is before this is approved and started (CPS 9.1.1)."""
    _require_may(actor)
    campaign = Campaign(
        kind=Campaign.Kind.COHORT_CHANGE,
        type_code=wanted.matching.type_code or "",
        input=Campaign.Input.CERTIFICATES,
    )
    return write_down(campaign, planned, wanted.as_terms(), {"free_months": wanted.free_months}, actor, now)


def write_down(
    campaign: Campaign,
    planned: Planned,
    terms: Mapping[str, object],
    public: Mapping[str, str | int],
    actor: Actor,
    now: datetime,
) -> Campaign:
    """Write a campaign's rows, under a digest over all that operators approve; the act that is running leaves its leaf."""
    (number,) = draw("campaigns_campaign_id_seq", 1)
    campaign.pk, campaign.reference = number, f"C{now:%y%m}{number:04d}"
    campaign.count, campaign.facts = planned.count, dict(planned.facts)
    campaign.planned_by, campaign.planned_at = actor.id, now
    if selectors.makes_certificates(campaign.kind):
        terms = {**terms, "acceptance": _acceptance(campaign, now)}
    chunks = [
        CampaignChunk(campaign_id=number, number=place, count=count, items=items, digest=chunk_digest(items))
        for place, (count, items) in enumerate(planned.chunks)
    ]
    more = [CampaignTerms.objects.create(campaign_id=number, terms=dict(terms))] if terms else []
    campaign.digest = selectors.digest_of(campaign, [bytes(chunk.digest) for chunk in chunks])
    campaign.save(force_insert=True)
    CampaignChunk.objects.bulk_create(chunks, batch_size=50)
    leave(
        public={"count": campaign.count, **public},
        payload={"actor": actor.id, "campaign": campaign.reference, "digest": campaign.digest.hex()},
        now=now,
        rows=[campaign, *chunks, *more],
    )
    return campaign


def _acceptance(campaign: Campaign, now: datetime) -> str:
    """What accepts its certificates, as type and agreement say today: operators approve that too, and no later pack changes it.

    What holders do not accept is revoked, so nobody is asked who cannot answer, or who would read of it too late.
    """
    acceptance = acceptance_of(campaign.type_code, campaign.agreement, now)
    if acceptance is Acceptance.OFFER:
        facts = campaign.facts.get(
            "issue", campaign.facts
        )  # of a replacement these are the new certificates'
        days, answered_in = facts.get("notice_days") or 0, current().authority.acceptance_days
        if facts.get("cannot_answer"):
            raise HoldersCannotAnswer(count=facts["cannot_answer"])
        if days >= answered_in:
            raise NoticesOutlastAnswers(notice_days=days, acceptance_days=answered_in)
    return acceptance.value


@act(AuditTag.CAMPAIGN_APPROVED)
def approve(*, reference: str, digest: bytes, actor: Actor, now: datetime) -> None:
    """Agree to a campaign as one has read it; several operators must, each for herself (CPS 5.2.2)."""
    _require_may(actor)
    campaign = hold(reference)
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
    campaign = hold(reference)
    if not selectors.is_approved(campaign):
        raise CampaignNotApproved
    if selectors.last_step(campaign.pk) is not None:
        raise CampaignMoved
    # Begun after its day, it would end certificates within the hour whose holders were to have had until then.
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT and day_of_end(campaign) <= now:
        raise ReplacementDayPassed
    if selectors.changes_a_cohort(campaign.kind):
        require_extends_still(campaign)
    _step(campaign, Step.STARTED, actor, now)
    hand_on(CampaignRunning(campaign.pk))


@act(AuditTag.CAMPAIGN_PAUSED)
def pause(*, reference: str, actor: Actor, now: datetime) -> None:
    """Begin no further chunk; what is intended already is signed."""
    _require_may(actor)
    campaign = hold(reference)
    if not selectors.is_running(campaign.pk):
        raise CampaignMoved
    _step(campaign, Step.PAUSED, actor, now)
    hand_on(CampaignPaused(campaign.pk))


@act(AuditTag.CAMPAIGN_PAUSED)
def halt(*, reference: str, actor: Actor, now: datetime) -> None:
    """Pause it because a worker found that something does not prove: each try again would only fill the log."""
    campaign = hold(reference)
    if not selectors.is_running(campaign.pk):
        raise CampaignMoved
    _step(campaign, Step.PAUSED, actor, now)
    hand_on(CampaignPaused(campaign.pk))


@act(AuditTag.CAMPAIGN_RESUMED)
def resume(*, reference: str, actor: Actor, now: datetime) -> None:
    """Go on where it was paused."""
    _require_may(actor)
    campaign = hold(reference)
    last = selectors.last_step(campaign.pk)
    if last is None or last.step != Step.PAUSED:
        raise CampaignMoved
    _step(campaign, Step.RESUMED, actor, now)
    hand_on(CampaignRunning(campaign.pk))


@act(AuditTag.CAMPAIGN_FINISHED)
def finish(*, reference: str, actor: Actor, now: datetime) -> None:
    """Say that no line is pending any more, under a digest of the report."""
    campaign = hold(reference)
    progress = selectors.progress(campaign)
    if progress.pending or not selectors.is_running(campaign.pk):
        raise CampaignMoved
    digest = sha256(report_text(progress.as_json())).digest()
    _step(campaign, Step.FINISHED, actor, now, report_sha256=digest)
    hand_on(CampaignFinished(campaign.pk))


REPORTED = {
    Campaign.Kind.COHORT_CHANGE: ("reference", "digest", "approvals", "count", "extended", "facts"),
    Campaign.Kind.MASS_REPLACEMENT: (
        "reference",
        "digest",
        "approvals",
        "count",
        "issued",
        "revoked",
        "unreachable",
        "failed",
        "refused",
        "spent_serial_numbers",
    ),
    Campaign.Kind.MASS_REVOCATION: ("reference", "digest", "approvals", "count", "revoked", "failed"),
    Campaign.Kind.POPULATION_ISSUE: (
        "reference",
        "digest",
        "approvals",
        "count",
        "issued",
        "failed",
        "refused",
        "spent_serial_numbers",
    ),
}


def report_text(said: Mapping[str, object]) -> bytes:
    """What a report says that does not change any more, as JSON with sorted keys: the file that the log stands for."""
    kept = {name: said[name] for name in REPORTED[Campaign.Kind(str(said["kind"]))]}
    return json.dumps(kept, sort_keys=True, separators=(",", ":")).encode()


def _step(
    campaign: Campaign, step: Step, actor: Actor, now: datetime, *, report_sha256: bytes | None = None
) -> None:
    row = CampaignStep(
        campaign_id=campaign.pk, step=step, actor=actor.id, report_sha256=report_sha256, at=now
    )
    row.leaf_id = leave(
        # The report names nobody, and its digest is what makes a proof of this leaf a signature under it.
        public={"report_sha256": report_sha256.hex()} if report_sha256 else None,
        payload={"actor": actor.id, "campaign": campaign.reference},
        now=now,
        rows=[row],
    )
    row.save(force_insert=True)


def hold(reference: str) -> Campaign:
    """The campaign, while nobody else decides about it."""
    campaign = selectors.by_reference(reference)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"campaign {campaign.reference}"]
        )
    return campaign


def _require_may(actor: Actor) -> None:
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
