"""What the console shows of campaigns: facts from the selectors, with the words for them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from chopmark.authority.campaigns import pacing, selectors
from chopmark.authority.campaigns.pacing import Pace
from chopmark.authority.campaigns.selectors import Approved, FailedLine, Progress, Stepped, Summary
from chopmark.authority.web.console import plans
from chopmark.authority.web.console.counting import Counts, counts, done_of, reason_of
from chopmark.authority.web.console.plans import Fact
from chopmark.authority.web.console.words import CAMPAIGN_STATES, CAMPAIGN_STEPS, KINDS
from chopmark.look.statuses import Status

# What runs, or would go on: of these a list shows how far they are.
UNDER_WAY: Final = ("running", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignLine:
    summary: Summary
    kind: Promise | str
    type_name: str
    standing: Status
    done: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chop:
    state: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    word: Promise | str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureLine:
    line: FailedLine
    reason: Promise | str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignPage:
    summary: Summary
    kind: Promise | str
    type_name: str
    standing: Status
    digest: str
    agreed_to: tuple[Fact, ...]
    reckoned: tuple[Fact, ...]
    approvals: tuple[Approved, ...]
    needed: int
    chops: tuple[Chop, ...]
    is_hers: bool
    progress: Progress
    pace: Pace
    counts: Counts
    goes_by: datetime | None
    has_failed_lines: bool
    steps: tuple[StepLine, ...]

    @property
    def is_running(self) -> bool:
        return self.summary.state == "running"

    @property
    def given(self) -> int:
        return len(self.approvals)

    @property
    def awaits_her(self) -> bool:
        return self.summary.state == "planned" and not self.is_hers

    @property
    def has_begun(self) -> bool:
        return self.summary.state not in ("planned", "approved")


def campaign_line(campaign: Any) -> CampaignLine:
    summary = selectors.summary(campaign)
    done = done_of(selectors.progress(campaign)) if summary.state in UNDER_WAY else None
    return CampaignLine(
        summary=summary,
        kind=KINDS.get(summary.kind, summary.kind),
        type_name=plans.type_name(summary.type_code, summary.planned_at),
        standing=CAMPAIGN_STATES[summary.state],
        done=done,
    )


def campaign_page(campaign: Any, *, reader: str, now: datetime) -> CampaignPage:
    summary, progress = selectors.summary(campaign), selectors.progress(campaign)
    approvals = selectors.approvals(campaign)
    is_hers = reader in {one.officer for one in approvals}
    return CampaignPage(
        summary=summary,
        kind=KINDS.get(summary.kind, summary.kind),
        type_name=plans.type_name(summary.type_code, summary.planned_at),
        standing=CAMPAIGN_STATES[summary.state],
        digest=progress.digest,
        agreed_to=tuple(plans.agreed_to(campaign)),
        reckoned=tuple(plans.reckoned(campaign)),
        approvals=tuple(approvals),
        needed=progress.approvals_needed,
        chops=tuple(_chops(approvals, progress.approvals_needed, reader=reader)),
        is_hers=is_hers,
        progress=progress,
        pace=pacing.pace(campaign, pending=progress.pending, now=now),
        counts=counts(campaign, progress),
        goes_by=plans.goes_by(campaign),
        has_failed_lines=selectors.failures(campaign).exists(),
        steps=tuple(_step_line(one) for one in selectors.steps(campaign)),
    )


def failure_line(row: Any) -> FailureLine:
    line = selectors.failed_line(row)
    return FailureLine(line=line, reason=reason_of(line.code))


def _chops(approvals: list[Approved], needed: int, *, reader: str) -> list[Chop]:
    """One square a person: given ones with the end of the number, then hers if she may, then those that are missing."""
    given = [Chop(state="given", word=one.officer[-3:]) for one in approvals]
    waiting = max(needed - len(given), 0)
    hers = reader not in {one.officer for one in approvals}
    open_ones = [
        Chop(state="you", word=_("You"))
        if hers and place == 0
        else Chop(state="", word=str(len(given) + place + 1))
        for place in range(waiting)
    ]
    return [*given, *open_ones]


def _step_line(one: Stepped) -> StepLine:
    return StepLine(word=CAMPAIGN_STEPS.get(one.step, one.step), by=one.actor, at=one.at)
