"""Reading what was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.db.models import Count
from django.db.models.functions import TruncMonth

from chopmark.authority.notices.models import Notice, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notice about one certificate, and how it stands."""

    template: str
    state: str
    channel: str
    asked_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfNotices:
    """How many notices ended in one way in one month; those that were sent, by channel."""

    month: date
    state: str
    channel: str
    count: int


def told_of(application_reference: str) -> list[Told]:
    """What an applicant was told, or is to be told, the oldest first."""
    notices = Notice.objects.filter(application_reference=application_reference).select_related("standing")
    return [
        Told(
            template=notice.template,
            state=notice.standing.state,
            channel=notice.standing.channel,
            asked_at=notice.asked_at,
            ended_at=notice.standing.ended_at,
        )
        for notice in notices.order_by("asked_at", "pk")
    ]


def asked_among(references: Iterable[str]) -> frozenset[str]:
    """Which of some notices were asked for already."""
    known = Notice.objects.filter(reference__in=list(references))
    return frozenset(known.values_list("reference", flat=True))


def counted_by_month(*, zone: tzinfo) -> Sequence[MonthOfNotices]:
    """Notices that ended, by month of the calendar here, outcome and channel, the oldest month first."""
    ended = Standing.objects.exclude(ended_at=None).annotate(month=TruncMonth("ended_at", tzinfo=zone))
    groups = ended.values("month", "state", "channel").annotate(count=Count("pk"))
    return [
        MonthOfNotices(
            month=group["month"].date(), state=group["state"], channel=group["channel"], count=group["count"]
        )
        for group in groups.order_by("month", "state", "channel")
    ]
