"""Proof of publication, slot by slot: when each list was due, and when it was public by its own leaf (C51)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from chopmark.authority.catalogue.reading import current
from chopmark.authority.publication.lists import RevocationList, all_lists
from chopmark.authority.publication.models import Crl, CrlPublication
from chopmark.authority.publication.policy import slots_of
from chopmark.authority.publication.selectors import same_number


class Punctuality(StrEnum):
    LATE = "late"  # it was public after the promise had passed
    MISSED = "missed"  # the next slot came first
    ON_TIME = "on_time"
    WAITED_FOR = "waited_for"  # the promise has not passed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotProof:
    """One list at one slot. `published_at` and `leaf_id` are those of the leaf that says it was public."""

    file_name: str
    due_at: datetime
    promised_by: datetime
    number: int | None
    published_at: datetime | None
    leaf_id: int | None
    punctuality: Punctuality


def proofs(*, first: date, last: date, now: datetime) -> list[SlotProof]:
    """Every list that follows the timetable, at every slot of these days that has come."""
    pack = current()
    zone = ZoneInfo(pack.authority.zone)
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    moments = [at for day in days for at in slots_of(day, pack.crl.slots, zone=zone)]
    after = next(iter(slots_of(last + timedelta(days=1), pack.crl.slots, zone=zone)))
    within = timedelta(minutes=pack.crl.public_within_minutes)
    return [
        _proof(one, due_at, until, within=within, now=now)
        for one in _on_the_clock(now)
        for due_at, until in zip(moments, [*moments[1:], after], strict=True)
        if due_at <= now
    ]


def _on_the_clock(now: datetime) -> Iterator[RevocationList]:
    return (one for one in all_lists() if not one.is_delta and one.slot(now) is not None)


def _proof(
    wanted: RevocationList, due_at: datetime, until: datetime, *, within: timedelta, now: datetime
) -> SlotProof:
    """The first list that was made for the slot or after it, and before the next."""
    own = {"issuer_id": wanted.authority.id, "shard": wanted.shard}
    made = Crl.objects.filter(**own, this_update__gte=due_at, this_update__lt=until)
    made = made.filter(same_number(CrlPublication)).defer("crl_der")
    first = made.order_by("number").first()
    said = None if first is None else CrlPublication.objects.get(**own, number=first.number)
    published_at = None if said is None else said.published_at
    return SlotProof(
        file_name=wanted.file_name,
        due_at=due_at,
        promised_by=due_at + within,
        number=None if said is None else said.number,
        published_at=published_at,
        leaf_id=None if said is None else said.leaf_id,
        punctuality=_judged(published_at, due_at + within, until, now),
    )


def _judged(
    published_at: datetime | None, promised_by: datetime, until: datetime, now: datetime
) -> Punctuality:
    if published_at is not None:
        return Punctuality.ON_TIME if published_at <= promised_by else Punctuality.LATE
    if now <= promised_by:
        return Punctuality.WAITED_FOR
    return Punctuality.MISSED if now >= until else Punctuality.LATE
