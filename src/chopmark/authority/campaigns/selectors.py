"""Reading campaigns: their state, their lines, how far they are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Count, QuerySet

from chopmark.authority.applications.population import reference_of
from chopmark.authority.campaigns.accepting import MAKE_NONE, acceptance
from chopmark.authority.campaigns.errors import CampaignUnknown
from chopmark.authority.campaigns.models import (
    Campaign,
    CampaignApproval,
    CampaignChunk,
    CampaignFailure,
    CampaignStep,
    CampaignTerms,
    RevokedChunk,
)
from chopmark.authority.campaigns.packing import campaign_digest, unpack_certificates, unpack_replaced
from chopmark.authority.catalogue.reading import current
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation.errors import AlreadyRevoked
from chopmark.authority.subscriptions.selectors import is_decided

UNREACHABLE = "unreachable"  # nobody brought a new key for a certificate that was to be replaced
LINE_REFUSED = (
    "line_refused"  # somebody did, and our side or the owner's refused the line: the certificate stays good
)
GIVEN_UP = (UNREACHABLE, LINE_REFUSED)
RUNNING = (CampaignStep.Step.STARTED, CampaignStep.Step.RESUMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a campaign is, in certificates; `failed` has the reasons of lines, `refused` those of whole chunks.

    Of a replacement `pending` and `unreachable` are those that are to go, `issued` those that came for them.
    """

    reference: str
    kind: str
    state: str
    digest: str
    approvals: Sequence[str]
    approvals_needed: int
    count: int
    issued: int
    revoked: int
    pending: int
    unreachable: int
    failed: dict[str, int]
    refused: dict[str, int]
    spent_serial_numbers: int
    planned_at: str
    finished_at: str | None
    report_sha256: str | None
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        more = {"renewed": self.issued} if self.kind == Campaign.Kind.MASS_REPLACEMENT else {}
        more |= {"extended": self.count - self.pending} if changes_a_cohort(self.kind) else {}
        return {**asdict(self), **more}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A campaign as a list of many shows it."""

    reference: str
    kind: str
    type_code: str
    count: int
    state: str
    planned_by: str
    planned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Approved:
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    step: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedLine:
    """A line by where it stands in the plan, as people count: from one."""

    chunk: int
    line: int
    code: str
    failed_at: datetime


def by_reference(reference: str) -> Campaign:
    campaign = Campaign.objects.filter(reference=reference.strip().upper()).first()
    if campaign is None:
        raise CampaignUnknown
    return campaign


def makes_certificates(kind: str) -> bool:
    return kind not in MAKE_NONE


def changes_a_cohort(kind: str) -> bool:
    return kind == Campaign.Kind.COHORT_CHANGE


def replaces_certificates(kind: str) -> bool:
    return kind == Campaign.Kind.MASS_REPLACEMENT


def chunk_digests(campaign_id: int) -> list[bytes]:
    """The digest of each chunk, in order; a number that is missing or doubled is no plan."""
    rows = CampaignChunk.objects.filter(campaign_id=campaign_id).order_by("number")
    return [bytes(digest) for digest in rows.values_list("digest", flat=True)]


def terms_of(campaign: Campaign) -> dict[str, Any]:
    """What else operators approve of it; a population issue that was planned before 2026-12 has nothing else."""
    found = CampaignTerms.objects.filter(campaign_id=campaign.pk).values_list("terms", flat=True).first()
    return dict(found or {})


def digest_of(campaign: Campaign, chunks: Sequence[bytes]) -> bytes:
    terms = terms_of(campaign)
    facts: dict[str, object] = {
        "reference": campaign.reference,
        "kind": campaign.kind,
        "type": campaign.type_code,
        "input": campaign.input,
        "agreement": campaign.agreement,
        "grant": str(campaign.grant_id),
        "purpose": campaign.purpose,
        "count": campaign.count,
        **({"terms": terms} if terms else {}),
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
    return [campaign_id for campaign_id in _begun() if is_running(campaign_id)]


def stopped() -> list[int]:
    """Campaigns that were started, and are paused or finished."""
    return [campaign_id for campaign_id in _begun() if not is_running(campaign_id)]


def _begun() -> list[int]:
    return list(CampaignStep.objects.order_by("campaign_id").values_list("campaign_id", flat=True).distinct())


def line_chunks(campaign: Campaign) -> int:
    """How many chunks of a replacement have lines that become certificates; the others have certificates that go."""
    return int(terms_of(campaign)["line_chunks"])


def is_of_certificates(campaign: Campaign, number: int) -> bool:
    """Whether a chunk has certificates that are there, and not lines that are to become some."""
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT:
        return number >= line_chunks(campaign)
    return campaign.kind == Campaign.Kind.MASS_REVOCATION


def chunks_to_do(campaign_id: int) -> list[int]:
    """Chunks of which nothing is intended, or only what a crash has spent; or whose certificates are not revoked yet.

    What is due of a replacement's certificates the clock says (`replacing.due_chunks`).
    """
    campaign = Campaign.objects.get(id=campaign_id)
    is_revocation = campaign.kind == Campaign.Kind.MASS_REVOCATION
    done = _revoked(campaign_id) if is_revocation else _intended(campaign_id)
    numbers = CampaignChunk.objects.filter(campaign_id=campaign_id).order_by("number")
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT:
        numbers = numbers.filter(number__lt=line_chunks(campaign))
    return [number for number in numbers.values_list("number", flat=True) if number not in done]


def _revoked(campaign_id: int) -> set[int]:
    return set(RevokedChunk.objects.filter(campaign_id=campaign_id).values_list("number", flat=True))


def _intended(campaign_id: int) -> set[int]:
    intended = {number for number, _, _, _, _, spent, _ in chunk_selectors.states(campaign_id) if not spent}
    return intended | _failed_whole(campaign_id)


def _failed_whole(campaign_id: int) -> set[int]:
    failed = _failures_by("number", campaign_id)
    counts = dict(CampaignChunk.objects.filter(campaign_id=campaign_id).values_list("number", "count"))
    return {number for number, many in failed.items() if many >= counts[number]}


def _failures_by(column: str, campaign_id: int) -> Counter[Any]:
    """How many there are of each, counted where they stand: a million are no page's to read."""
    rows = CampaignFailure.objects.filter(campaign_id=campaign_id).values_list(column)
    return Counter(dict(rows.annotate(many=Count("id")).order_by()))


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
    failed: Counter[str] = _failures_by("code", campaign.pk)
    revoked = sum(RevokedChunk.objects.filter(campaign_id=campaign.pk).values_list("revoked", flat=True))
    unreachable = failed.pop(UNREACHABLE, 0)
    pending = campaign.count - issued - revoked - failed.total() - refused.total()
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT:
        pending, passed_over = _going(campaign)
        failed += Counter({AlreadyRevoked.code: passed_over})
    if changes_a_cohort(campaign.kind):  # one row is the whole of it
        pending = 0 if is_decided(campaign.pk) else campaign.count
    step = last_step(campaign.pk)
    finished = step if step is not None and step.step == CampaignStep.Step.FINISHED else None
    return Progress(
        reference=campaign.reference,
        kind=campaign.kind,
        state=_state(campaign, step),
        digest=bytes(campaign.digest).hex(),
        approvals=approvers(campaign),
        approvals_needed=current().authority.campaign_approvals,
        count=campaign.count,
        issued=issued,
        revoked=revoked,
        pending=pending,
        unreachable=unreachable,
        failed=dict(failed),
        refused=dict(refused),
        spent_serial_numbers=sum(count for _, _, count, _, _, spent, _ in states if spent),
        planned_at=_said(campaign.planned_at) or "",
        finished_at=_said(finished.at if finished else None),
        report_sha256=bytes(finished.report_sha256 or b"").hex() if finished else None,
        facts=campaign.facts,
    )


def _going(campaign: Campaign) -> tuple[int, int]:
    """How many certificates of a replacement are neither revoked nor given up; and of how many others saw to it meanwhile."""
    chunks = CampaignChunk.objects.filter(campaign_id=campaign.pk, number__gte=line_chunks(campaign))
    parts = list(RevokedChunk.objects.filter(campaign_id=campaign.pk))
    ended = {one.number for one in parts if one.is_last}
    left = Counter(dict(chunks.values_list("number", "count")))
    for one in parts:
        left[one.number] -= one.revoked
    failed = CampaignFailure.objects.filter(campaign_id=campaign.pk, code__in=GIVEN_UP)
    over = sum(many for number, many in left.items() if number in ended)
    return sum(left.values()) - over, over - failed.count()


def _state(campaign: Campaign, step: CampaignStep | None) -> str:
    if step is None:
        return "approved" if is_approved(campaign) else "planned"
    return "running" if step.step in RUNNING else str(step.step)


def _said(moment: datetime | None) -> str | None:
    return None if moment is None else current().authority.local(moment).isoformat(timespec="seconds")


def failed_lines(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Each line of which nothing came, by its application or by its certificate's serial number, and why; a chunk at a time."""
    rows = failures(campaign).values_list("number", "place", "code").iterator()
    for number, failed in groupby(rows, key=itemgetter(0)):
        certificates = certificates_in(campaign, number) if is_of_certificates(campaign, number) else ()
        for _, place, code in failed:
            name = (
                certificates[place].serial_hex if certificates else reference_of(campaign.pk, number, place)
            )
            yield name, code


def certificates_in(campaign: Campaign, number: int) -> list[CertificateId]:
    """What stands in a chunk of certificates."""
    octets = bytes(CampaignChunk.objects.get(campaign_id=campaign.pk, number=number).items)
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT:
        return [one.certificate for one in unpack_replaced(octets)]
    return unpack_certificates(octets)


def newest_first() -> QuerySet[Campaign]:
    return Campaign.objects.order_by("-id")


def summary(campaign: Campaign) -> Summary:
    return Summary(
        reference=campaign.reference,
        kind=campaign.kind,
        type_code=campaign.type_code,
        count=campaign.count,
        state=_state(campaign, last_step(campaign.pk)),
        planned_by=campaign.planned_by,
        planned_at=campaign.planned_at,
    )


def approvals(campaign: Campaign) -> list[Approved]:
    """Who agreed to this very digest, and when; the first first."""
    rows = CampaignApproval.objects.filter(campaign_id=campaign.pk, digest=campaign.digest).order_by("id")
    return [Approved(officer=row.officer, at=row.approved_at) for row in rows]


def steps(campaign: Campaign) -> list[Stepped]:
    """What was done with it since it was planned, the last first."""
    rows = CampaignStep.objects.filter(campaign_id=campaign.pk).order_by("-id")
    return [Stepped(step=row.step, actor=row.actor, at=row.at) for row in rows]


def failures(campaign: Campaign) -> QuerySet[CampaignFailure]:
    """Its lines that did not become what was planned, in the order of the file."""
    return CampaignFailure.objects.filter(campaign_id=campaign.pk).order_by("number", "place")


def failed_line(row: CampaignFailure) -> FailedLine:
    return FailedLine(chunk=row.number + 1, line=row.place + 1, code=row.code, failed_at=row.failed_at)


def report(campaign: Campaign) -> dict[str, Any]:
    """All that is said of a campaign at its end or before, as the terminal and the console give it out."""
    said = progress(campaign).as_json() | acceptance(campaign)
    return said | {"failed_lines": dict(failed_lines(campaign))}
