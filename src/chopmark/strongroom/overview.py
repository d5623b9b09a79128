"""What the owner's officers are shown of the whole: counts, purposes and officers' numbers, and nothing of any person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDay, TruncHour

from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.strongroom.log import proofs, tree, witnesses
from chopmark.strongroom.log.models import WitnessRefusal
from chopmark.strongroom.models import (
    Complaint,
    ComplaintAnswer,
    Leaf,
    LogCheckpoint,
    Opening,
    Outcome,
    Record,
)
from chopmark.strongroom.services import kept_requests
from chopmark.strongroom.services.submit import HERE

# A checkpoint is due each second; a leaf that waits so much longer shows that the publisher stands still.
STILL_AFTER = timedelta(seconds=60)
_COUNTS: Final = {
    "shown": Count("leaf_id", filter=Q(refused="", named=False)),
    "named_only": Count("leaf_id", filter=Q(refused="", named=True)),
    "denied": Count("leaf_id", filter=~Q(refused="")),
}


class Grouping(StrEnum):
    """By what openings are counted."""

    PURPOSE = "purpose"
    OFFICER = "officer"
    DAY = "day"
    HOUR = "hour"
    OUTLET = "outlet"  # the operator's word


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Some days, first and last included, by Hong Kong's calendar."""

    first: date
    last: date

    def of(self, openings: "QuerySet[Opening]") -> "QuerySet[Opening]":
        begins = datetime(self.first.year, self.first.month, self.first.day, tzinfo=HERE)
        ends = datetime(self.last.year, self.last.month, self.last.day, tzinfo=HERE) + timedelta(days=1)
        return openings.filter(at__gte=begins, at__lt=ends)


@dataclass(frozen=True, slots=True)
class Place:
    """From where openings were asked for: the desk, or an outlet as the operator's system says, if it said one."""

    caller: str
    outlet: str

    def of(self, openings: "QuerySet[Opening]") -> "QuerySet[Opening]":
        return openings.filter(caller=self.caller, outlet=self.outlet)

    def __str__(self) -> str:
        return f"{self.caller}/{self.outlet}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A witness that would not go on with the log, and what it answered; nobody has acknowledged it yet."""

    name: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """How far the log is signed and cosigned, and whether it goes on."""

    size: int
    signed: int
    signed_at: datetime | None
    age_seconds: int
    stands_still: bool
    quorum: int
    witnessed: int
    waits_for_witnesses: bool
    refusals: tuple["Refused", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The owner's first page."""

    kept: int
    shredded: int
    openings_today: int
    refusals_today: int
    complaints_open: int
    requests_open: int
    requests_overdue: int


def openings_by(grouping: Grouping, period: Period, place: Place | None = None) -> "QuerySet[Opening, Any]":
    """One row a purpose, officer, outlet, day or hour, from one place or all: how often something was shown, named, refused."""
    counted = _grouped(grouping, _openings(period, place))
    return counted.annotate(**_COUNTS)


def openings_total(period: Period, place: Place | None = None) -> dict[str, int]:
    """The same over all of them."""
    counted: dict[str, int] = _openings(period, place).aggregate(**_COUNTS)
    return counted


def _openings(period: Period, place: Place | None) -> "QuerySet[Opening]":
    found = period.of(Opening.objects.all())
    return place.of(found) if place else found


def refusals(period: Period) -> "QuerySet[Opening, Any]":
    """One row a reason and an officer, the most frequent first."""
    refused = period.of(Opening.objects.exclude(refused=""))
    by = refused.values("refused", "caller", "actor").order_by()
    return by.annotate(times=Count("leaf_id")).order_by("-times", "refused", "caller", "actor")


def complaints() -> "QuerySet[Complaint]":
    """Those without a final answer first, the oldest of them on top."""
    settled = Count("answers", filter=~Q(answers__outcome=Outcome.STILL_LOOKING.value))
    counted = Complaint.objects.select_related("opening").annotate(settled=settled)
    return counted.order_by("settled", "opened_at")


def numbers(now: datetime) -> Numbers:
    today = now.astimezone(HERE).date()
    of_today = Period(first=today, last=today).of(Opening.objects.filter(named=False))
    return Numbers(
        kept=Record.objects.filter(shredded_at=None).count(),
        shredded=Record.objects.exclude(shredded_at=None).count(),
        openings_today=of_today.filter(refused="").count(),
        refusals_today=of_today.exclude(refused="").count(),
        complaints_open=Complaint.objects.exclude(pk__in=_settled()).count(),
        requests_open=kept_requests.unanswered().count(),
        requests_overdue=kept_requests.unanswered().filter(due_on__lt=today).count(),
    )


def log_state(now: datetime) -> LogState:
    newest = LogCheckpoint.objects.order_by("size").last()
    size, signed = tree.size(), newest.size if newest else 0
    age = now - newest.signed_at if newest else timedelta()
    return LogState(
        size=size,
        signed=signed,
        signed_at=newest.signed_at if newest else None,
        age_seconds=max(int(age.total_seconds()), 0),
        stands_still=size < signed or _waits_since(signed, now) > STILL_AFTER,
        quorum=witnesses.quorum(),
        witnessed=proofs.signed_size(),
        waits_for_witnesses=witnesses.are_late(now=now),
        refusals=tuple(_refused()),
    )


def _refused() -> Iterator[Refused]:
    for one in WitnessRefusal.objects.filter(alert__acknowledged=None).order_by("alert_id"):
        yield Refused(name=one.witness.partition("+")[0], code=one.code)


def _settled() -> "QuerySet[ComplaintAnswer, int]":
    final = ComplaintAnswer.objects.exclude(outcome=Outcome.STILL_LOOKING.value)
    return final.values_list("complaint_id", flat=True)


def _waits_since(signed: int, now: datetime) -> timedelta:
    """How long the first leaf beyond the last signature has waited; not at all if there is none."""
    first = Leaf.objects.filter(position=signed).first()
    if first is None:
        return timedelta()
    return timedelta(seconds=int(now.timestamp()) - decode_leaf(bytes(first.entry)).at)


def _grouped(grouping: Grouping, openings: "QuerySet[Opening]") -> "QuerySet[Opening, Any]":
    if grouping is Grouping.PURPOSE:
        return openings.values(key=F("purpose")).order_by("key")
    if grouping is Grouping.OFFICER:
        return openings.values("caller", key=F("actor")).order_by("caller", "key")
    if grouping is Grouping.OUTLET:
        return openings.values("caller", key=F("outlet")).order_by("caller", "key")
    truncate = TruncDay if grouping is Grouping.DAY else TruncHour
    return openings.values(key=truncate("at", tzinfo=HERE)).order_by("-key")
