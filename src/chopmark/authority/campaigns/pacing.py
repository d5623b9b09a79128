"""How fast a campaign goes."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.models import Campaign, RevokedChunk
from chopmark.authority.issuance import chunk_selectors

# How far back the pace looks: long enough that one slow chunk is no alarm, short enough to see that nothing comes any more.
LATELY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a campaign goes by the recorded moments of what it made; nothing where nobody can say."""

    done_lately: int
    over_seconds: int
    per_second: float | None
    seconds_left: int | None
    double: int  # certificates of lines that have one already: there must be none

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def pace(campaign: Campaign, *, pending: int, now: datetime) -> Pace:
    """Its rate since it was last started or resumed, or over the last minutes, and how long the rest takes at that rate."""
    step = selectors.last_step(campaign.pk)
    since = now - LATELY
    if step is not None and step.step in selectors.RUNNING:
        since = max(since, step.at)
    lately = _done_since(campaign, since)
    seconds = int((now - since).total_seconds())
    runs = step is not None and step.step in selectors.RUNNING
    rate = lately / seconds if runs and lately and seconds else None
    return Pace(
        done_lately=lately,
        over_seconds=seconds,
        per_second=round(rate, 1) if rate else None,
        seconds_left=round(pending / rate) if rate else None,
        double=_double(campaign.pk),
    )


def _done_since(campaign: Campaign, since: datetime) -> int:
    """Certificates that were made after a moment; of a mass revocation, those that were revoked."""
    if campaign.kind == Campaign.Kind.MASS_REVOCATION:
        rows = RevokedChunk.objects.filter(campaign_id=campaign.pk, revoked_at__gt=since)
        return sum(rows.values_list("revoked", flat=True))
    return sum(count for _, count, at in chunk_selectors.moments(campaign.pk) if at > since)


def _double(campaign_id: int) -> int:
    """Certificates of a second attempt at a chunk that has the first one's."""
    seen, double = set[int](), 0
    for number, _, count, _, _, _, recorded in chunk_selectors.states(campaign_id):
        if recorded and number in seen:
            double += count
        elif recorded:
            seen.add(number)
    return double
