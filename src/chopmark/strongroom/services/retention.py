"""How long a record is kept: what is due, what is held, and the destruction of the only key to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.policy.errors import HoldReasonUnknown, HoldUnknown, RecordHeld, RetentionNotOver
from chopmark.strongroom.policy.models import Hold, HoldLift
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import cases, owners
from chopmark.strongroom.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A record all of whose cases have ended, and when its time runs out; held, it stays all the same."""

    record_id: UUID
    type: str
    due_at: datetime
    is_held: bool


def due(*, now: datetime) -> Iterator[Due]:
    """Every record whose time has run out, the oldest first."""
    for record in _ended(Record.objects.filter(shredded_at=None), now):
        if record.due_at <= now:
            yield record


@act(Tag.RECORD_SHREDDED)
def shred(*, record_id: UUID, actor: Actor, now: datetime) -> None:
    """Destroy the key of a record whose time has run out. Its openings, certificates and leaves stay as they are."""
    # 1. Locked, so that a hold that has returned is never passed; judged again, since the list may be old.
    record = cases.hold_record(record_id)
    if record.shredded_at is not None:
        raise RecordShredded
    if cases.is_held(record_id):
        raise RecordHeld
    ended = next(_ended(Record.objects.filter(pk=record_id), now), None)
    if ended is None or ended.due_at > now:
        raise RetentionNotOver

    # 2. What she allowed ends with it; then the key is gone.
    Case.objects.filter(record=record, closed_at=None).update(closed_at=now)
    cases.shred(record, now)
    leave(actor=actor, payload={"record": str(record.pk), "type": ended.type}, now=now)


def shred_due(*, actor: Actor, now: datetime) -> int:
    """Shred all that is due and not held, each in a transaction of its own; answers how many."""
    ids = [each.record_id for each in due(now=now) if not each.is_held]
    return sum(_shred_if_still_due(record_id, actor, now) for record_id in ids)


@act(Tag.HOLD_PLACED)
def place_hold(*, record_id: UUID, reason: str, actor: Actor, now: datetime) -> int:
    """Keep a record from being destroyed, for one of the policy's reasons; answers the hold's number."""
    officer = owners.require_owner(actor)
    if reason not in terms().retention.hold_reasons:
        raise HoldReasonUnknown
    record = cases.hold_record(record_id)
    if record.shredded_at is not None:
        raise RecordShredded
    hold = Hold.objects.create(record=record, reason=reason, placed_by=officer, placed_at=now)
    payload = {"record": str(record.pk), "hold": hold.pk, "reason": reason}
    leave(actor=actor, payload=payload, now=now, rows=[hold])
    return hold.pk


@act(Tag.HOLD_LIFTED)
def lift_hold(*, hold_id: int, actor: Actor, now: datetime) -> None:
    """End a hold; another on the same record goes on."""
    officer = owners.require_owner(actor)
    hold = Hold.objects.filter(pk=hold_id).first()
    if hold is None:
        raise HoldUnknown
    cases.hold_record(hold.record_id)
    if HoldLift.objects.filter(hold=hold).exists():
        raise HoldUnknown
    lift = HoldLift.objects.create(hold=hold, lifted_by=officer, lifted_at=now)
    leave(actor=actor, payload={"record": str(hold.record_id), "hold": hold.pk}, now=now, rows=[lift])


def _shred_if_still_due(record_id: UUID, actor: Actor, now: datetime) -> bool:
    try:
        shred(record_id=record_id, actor=actor, now=now)
    except (RecordHeld, RecordShredded, RetentionNotOver):
        return False  # somebody held or shredded it, or opened a case, since the list was read
    return True


def _ended(records: QuerySet[Record], now: datetime) -> Iterator[Due]:
    """The records with no case open, and when their time runs out. What she allowed a service is no reason to keep."""
    # A case ends when it is closed, or when its time runs out.
    open_ones = Case.objects.filter(record=OuterRef("pk"), closed_at=None, closes_at__gt=now)
    rows = (
        records.exclude(Exists(open_ones.exclude(kind=CaseKind.CHOICE)))
        .annotate(
            ended_at=Max(
                Coalesce(F("cases__closed_at"), F("cases__closes_at")), filter=~Q(cases__kind=CaseKind.CHOICE)
            ),
            type=Min("cases__type", filter=Q(cases__kind=CaseKind.APPLICATION)),
            is_held=Exists(Hold.objects.filter(record=OuterRef("pk"), lifted=None)),
        )
        .filter(ended_at__isnull=False)
        .order_by("ended_at", "pk")
        .values_list("pk", "type", "ended_at", "is_held")
    )
    for record_id, kind, ended_at, is_held in rows.iterator():
        kept_for = terms().retention.of(kind or "")
        yield Due(record_id=record_id, type=kind or "", due_at=ended_at + kept_for, is_held=is_held)
