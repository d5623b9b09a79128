"""How long a record is kept: what is due, what is held, and the destruction of the only key to it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches.errors import HoldOfBreach
from chopmark.strongroom.breaches.models import FrozenRecord
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.leaves import act, leave, leave_with
from chopmark.strongroom.models import Case, Officer, Record
from chopmark.strongroom.policy.errors import (
    DueChanged,
    HoldEndsTooSoon,
    HoldReasonUnknown,
    HoldUnknown,
    NothingDue,
    RecordHeld,
    RetentionNotOver,
    ShreddingNotConfirmed,
)
from chopmark.strongroom.policy.models import Hold, HoldLift
from chopmark.strongroom.policy.registers import ShreddingOrder
from chopmark.strongroom.policy.requests import SubjectRequest
from chopmark.strongroom.policy.shapes import STANDING, CaseKind, Shredding
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import cases, owners, suppression
from chopmark.strongroom.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Who wants records held, why, and until when, if she said."""

    officer: Officer
    reason: str
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A record all of whose cases have ended, and when its time runs out; held, it stays all the same."""

    record_id: UUID
    application: str
    type: str
    due_at: datetime
    is_held: bool


def due(*, now: datetime, by: datetime | None = None) -> Iterator[Due]:
    """Every record whose time has run out, or will have by then, the oldest first."""
    return named(due_rows(now=now, by=by).iterator())


def due_rows(*, now: datetime, by: datetime | None = None) -> QuerySet[Record, Any]:
    """The same as rows, for a page at a time; `named` makes them what they are."""
    by = by or now
    # No case ends before its record is made.
    old_enough = Record.objects.filter(shredded_at=None, created_at__lte=by - terms().retention.shortest)
    return _ended(old_enough, now).filter(_over(by))


def count_due(*, now: datetime, by: datetime | None = None) -> int:
    """How many there are that are not held, and have not been since then."""
    return _free(now, by or now).count()


def confirmed_until(now: datetime) -> datetime | None:
    """What was due by when may be destroyed now; nothing, if nobody has confirmed anything yet."""
    if terms().retention.shredding is Shredding.BY_SCHEDULE:
        return now
    last = ShreddingOrder.objects.order_by("-due_by").first()
    return None if last is None else last.due_by


@act(Tag.SHREDDING_CONFIRMED)
def confirm_shredding(*, expected: int, actor: Actor, now: datetime) -> int:
    """Confirm, as an officer of the owner, that all that is due at this moment is destroyed; the clock then does it."""
    officer = owners.require_owner(actor)
    records = count_due(now=now)
    if not records:
        raise NothingDue
    if records != expected:
        raise DueChanged(was=expected, now=records)
    order = ShreddingOrder(due_by=now, records=records, officer=officer)
    payload = {"records": records, "due_by": int(now.timestamp())}
    leave_with(order, actor=actor, payload=payload, now=now)
    return records


@act(Tag.RECORD_SHREDDED)
def shred(*, record_id: UUID, actor: Actor, now: datetime) -> None:
    """Destroy the key of a record whose time has run out. Its openings, certificates and leaves stay as they are."""
    # 1. Locked, so that a hold that has returned is never passed; judged again, since the list may be old.
    suppression.hold_all(record_id)
    record = cases.hold_record(record_id)
    if record.shredded_at is not None:
        raise RecordShredded
    if cases.is_held(record_id, now):
        raise RecordHeld
    ended = next(named(_ended(Record.objects.filter(pk=record_id), now)), None)
    if ended is None or ended.due_at > now:
        raise RetentionNotOver
    # What was held when it was confirmed, or later, waits for the next confirmation when its hold ends.
    confirmed = confirmed_until(now)
    if confirmed is None or ended.due_at > confirmed or cases.was_held_since(record_id, confirmed):
        raise ShreddingNotConfirmed

    # 2. Her word against marketing goes to her other records. What she allowed ends with it, and writing to her; then
    # the key is gone.
    suppression.hand_on(record_id, actor=actor, now=now)
    Case.objects.filter(record=record, closed_at=None).update(closed_at=now)
    cases.shred(record, now)
    leave(actor=actor, payload={"record": str(record.pk), "type": ended.type}, now=now)


def shred_due(*, actor: Actor, now: datetime, most: int | None = None) -> int:
    """Shred what is due, not held and (if the policy wants it) confirmed, each in a transaction of its own."""
    confirmed = confirmed_until(now)
    if confirmed is None:
        return 0
    ids = [each.record_id for each in named(_free(now, confirmed)[:most])]
    return sum(_shred_if_still_due(record_id, actor, now) for record_id in ids)


@act(Tag.HOLD_PLACED)
def place_hold(
    *, record_id: UUID, reason: str, until: datetime | None = None, actor: Actor, now: datetime
) -> int:
    """Keep a record from being destroyed, for one of the policy's reasons, until it is lifted or a day has come."""
    wanted = _Wanted(officer=owners.require_owner(actor), reason=reason, until=until)
    (hold,) = _place(wanted, {record_id}, actor, now)
    return hold.pk


@act(Tag.HOLD_PLACED)
def place_holds(
    *, application: str, reason: str, until: datetime | None = None, actor: Actor, now: datetime
) -> None:
    """Keep every record that came home with an application: all of them, or none."""
    wanted = _Wanted(officer=owners.require_owner(actor), reason=reason, until=until)
    _place(wanted, cases.records_of(application), actor, now)


def _place(wanted: _Wanted, record_ids: Collection[UUID], actor: Actor, now: datetime) -> list[Hold]:
    if wanted.reason not in terms().retention.hold_reasons:
        raise HoldReasonUnknown
    # All of them before the first leaf, and in an order that is always the same.
    records = [cases.hold_record(record_id) for record_id in sorted(record_ids)]
    there = [record for record in records if record.shredded_at is None]
    if not there:
        raise RecordShredded
    if wanted.until is not None and wanted.until <= now:
        raise HoldEndsTooSoon
    holds = [
        Hold(record=record, reason=wanted.reason, placed_by=wanted.officer, placed_at=now, until=wanted.until)
        for record in there
    ]
    for hold in holds:
        hold.save()
        payload: dict[str, object] = {"record": str(hold.record_id), "hold": hold.pk, "reason": hold.reason}
        if hold.until is not None:
            payload["until"] = int(hold.until.timestamp())
        leave(actor=actor, payload=payload, now=now, rows=[hold])
    return holds


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
    if FrozenRecord.objects.filter(hold=hold).exists():
        raise HoldOfBreach
    lift = HoldLift.objects.create(hold=hold, lifted_by=officer, lifted_at=now)
    leave(actor=actor, payload={"record": str(hold.record_id), "hold": hold.pk}, now=now, rows=[lift])


def holds(now: datetime) -> QuerySet[Hold]:
    """Holds in force, the newest first."""
    in_force = Hold.objects.filter(cases.in_force(now)).select_related(
        "record", "placed_by", "frozen__freeze__breach"
    )
    return in_force.order_by("-placed_at")


def orders() -> QuerySet[ShreddingOrder]:
    """What was confirmed, the newest first."""
    return ShreddingOrder.objects.select_related("officer").order_by("-due_by")


def left_of(order: ShreddingOrder, now: datetime) -> int:
    """How many of an order's records are still to be destroyed."""
    return min(count_due(now=now, by=order.due_by), order.records)


def _free(now: datetime, by: datetime) -> QuerySet[Record, Any]:
    """What is due by then and was held neither then nor later."""
    rows = due_rows(now=now, by=by).filter(Q(is_held=False))
    return rows.exclude(Exists(Hold.objects.filter(cases.in_force_since(by), record=OuterRef("pk"))))


def _shred_if_still_due(record_id: UUID, actor: Actor, now: datetime) -> bool:
    try:
        shred(record_id=record_id, actor=actor, now=now)
    except (RecordHeld, RecordShredded, RetentionNotOver, ShreddingNotConfirmed):
        return False  # somebody held or shredded it, or opened a case, since the list was read
    return True


def _ended(records: QuerySet[Record], now: datetime) -> QuerySet[Record, Any]:
    """The records with no case open, and when their time runs out. What stands for as long as they do is no reason to keep."""
    # A case ends when it is closed, or when its time runs out.
    open_ones = Case.objects.filter(record=OuterRef("pk"), closed_at=None, closes_at__gt=now)
    return (
        records.exclude(Exists(open_ones.exclude(kind__in=STANDING)))
        # What she asked for is answered first.
        .exclude(Exists(SubjectRequest.objects.filter(record=OuterRef("pk"), answer=None)))
        .annotate(
            ended_at=Max(
                Coalesce(F("cases__closed_at"), F("cases__closes_at")), filter=~Q(cases__kind__in=STANDING)
            ),
            type=Min("cases__type", filter=Q(cases__kind=CaseKind.APPLICATION)),
            application=Min("cases__application_reference", filter=Q(cases__kind=CaseKind.APPLICATION)),
            is_held=Exists(Hold.objects.filter(cases.in_force(now), record=OuterRef("pk"))),
        )
        .filter(ended_at__isnull=False)
        .order_by("ended_at", "pk")
        .values_list("pk", "application", "type", "ended_at", "is_held")
    )


def _over(by: datetime) -> Q:
    """The time of the record's type has run out by then."""
    retention = terms().retention
    over = ~Q(type__in=list(retention.kept_for)) | Q(type=None)
    over &= Q(ended_at__lte=by - retention.usual)
    for kind, kept_for in retention.kept_for.items():
        over |= Q(type=kind, ended_at__lte=by - kept_for)
    return over


def named(rows: Iterable[Any]) -> Iterator[Due]:
    """Rows of `due_rows` with their names, and the moment at which each is due."""
    for record_id, application, kind, ended_at, is_held in rows:
        kept_for = terms().retention.of(kind or "")
        yield Due(
            record_id=record_id,
            application=application or "",
            type=kind or "",
            due_at=ended_at + kept_for,
            is_held=is_held,
        )
