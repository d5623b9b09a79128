"""Reading campaigns: their state, their lines, how far they are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from chopmark.authority.applications.population import reference_of
from chopmark.authority.campaigns.errors import CampaignUnknown
from chopmark.authority.campaigns.models import (
    Campaign,
    CampaignApproval,
    CampaignChunk,
    CampaignFailure,
    CampaignStep,
)
from chopmark.authority.campaigns.packing import campaign_digest
from chopmark.authority.catalogue.reading import current
from chopmark.authority.issuance import chunk_selectors

RUNNING = (CampaignStep.Step.STARTED, CampaignStep.Step.RESUMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign is, in certificates; `failed` has the reasons of lines, `refused` those of whole chunks."""

    reference: str
    state: str
    digest: str
    approvals: Sequence[str]
    approvals_needed: int
    count: int
    issued: int
    pending: int
    failed: dict[str, int]
    refused: dict[str, int]
    spent_serial_numbers: int
    planned_at: str
    finished_at: str | None
    report_sha256: str | None
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def by_reference(reference: str) -> Campaign:
    campaign = Campaign.objects.filter(reference=reference.strip().upper()).first()
    if campaign is None:
        raise CampaignUnknown
    return campaign


def chunk_digests(campaign_id: int) -> list[bytes]:
    """The digest of each chunk, in order; a number that is missing or doubled is no plan."""
    rows = CampaignChunk.objects.filter(campaign_id=campaign_id).order_by("number")
    return [bytes(digest) for digest in rows.values_list("digest", flat=True)]


def digest_of(campaign: Campaign, chunks: Sequence[bytes]) -> bytes:
    facts: dict[str, str | int] = {
        "reference": campaign.reference,
        "kind": campaign.kind,
        "type": campaign.type_code,
        "input": campaign.input,
        "agreement": campaign.agreement,
        "grant": str(campaign.grant_id),
        "purpose": campaign.purpose,
        "count": campaign.count,
    }
    return campaign_digest(facts, chunks)


def approvers(campaign: Campaign) -> list[str]:
    """The operators who agreed to this very digest."""
    rows = CampaignApproval.objects.filter(campaign_id=campaign.pk, digest=campaign.digest)
    return sorted(set(rows.values_list("officer", flat=True)))


def is_approved(campaign: Campaign) -> bool:
    return len(approvers(campaign)) >= current().authority.campaign_approvals


def last_step(campaign_id: int) -> CampaignStep | None:
    return CampaignStep.objects.filter(campaign_id=campaign_id).order_by("-id").first()


def is_running(campaign_id: int) -> bool:
    step = last_step(campaign_id)
    return step is not None and step.step in RUNNING


def running() -> list[int]:
    """Campaigns that go on at present."""
    ids = CampaignStep.objects.values_list("campaign_id", flat=True).distinct()
    return [campaign_id for campaign_id in ids if is_running(campaign_id)]


def chunks_to_do(campaign_id: int) -> list[int]:
    """Chunks of which nothing is intended, or only what a crash has spent."""
    done = {
        number for number, _, _, _, _, spent, _ in chunk_selectors.states(campaign_id) if not spent
    } | _failed_whole(campaign_id)
    numbers = CampaignChunk.objects.filter(campaign_id=campaign_id).order_by("number")
    return [number for number in numbers.values_list("number", flat=True) if number not in done]


def _failed_whole(campaign_id: int) -> set[int]:
    failed = Counter(CampaignFailure.objects.filter(campaign_id=campaign_id).values_list("number", flat=True))
    counts = dict(CampaignChunk.objects.filter(campaign_id=campaign_id).values_list("number", "count"))
    return {number for number, many in failed.items() if many >= counts[number]}


def progress(campaign: Campaign) -> Progress:
    """How far it is, from what stands in the tables: one line a chunk is read, none a certificate."""
    states = chunk_selectors.states(campaign.pk)
    issued = sum(count for _, _, count, _, _, _, recorded in states if recorded)
    # What is refused of a chunk counts if no other attempt stands: its lines are issued, or wait, under that one.
    standing = {number for number, _, _, _, code, spent, _ in states if not code and not spent}
    refused = Counter[str]()
    for count, code in {
        number: (count, code) for number, _, count, _, code, _, _ in states if code and number not in standing
    }.values():
        refused[code] += count
    failures = CampaignFailure.objects.filter(campaign_id=campaign.pk).values_list("code", flat=True)
    failed = Counter(failures)
    step = last_step(campaign.pk)
    finished = step if step is not None and step.step == CampaignStep.Step.FINISHED else None
    return Progress(
        reference=campaign.reference,
        state=_state(campaign, step),
        digest=bytes(campaign.digest).hex(),
        approvals=approvers(campaign),
        approvals_needed=current().authority.campaign_approvals,
        count=campaign.count,
        issued=issued,
        pending=campaign.count - issued - failed.total() - refused.total(),
        failed=dict(failed),
        refused=dict(refused),
        spent_serial_numbers=sum(count for _, _, count, _, _, spent, _ in states if spent),
        planned_at=_said(campaign.planned_at) or "",
        finished_at=_said(finished.at if finished else None),
        report_sha256=bytes(finished.report_sha256 or b"").hex() if finished else None,
        facts=campaign.facts,
    )


def _state(campaign: Campaign, step: CampaignStep | None) -> str:
    if step is None:
        return "approved" if is_approved(campaign) else "planned"
    return "running" if step.step in RUNNING else str(step.step)


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else current().authority.local(moment).isoformat(timespec="seconds")


def failed_lines(campaign: Campaign) -> list[tuple[str, str]]:
    """Each line that did not become a certificate, by its application, and why."""
    rows = CampaignFailure.objects.filter(campaign_id=campaign.pk).order_by("number", "place")
    return [(reference_of(campaign.pk, row.number, row.place), row.code) for row in rows]
