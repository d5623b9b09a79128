"""Whose records a breach concerns: taken into its list from what an officer opened, or by the numbers of applications."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches import freezing, register
from chopmark.strongroom.breaches.errors import (
    BreachMomentWrong,
    NoRecordsToTake,
    OpeningsChanged,
    TooManyRecordsAtOnce,
)
from chopmark.strongroom.breaches.models import Breach, EvidenceFreeze, FrozenRecord
from chopmark.strongroom.leaves import act, hold_order
from chopmark.strongroom.models import Opening, Record
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import cases, owners
from chopmark.strongroom.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What somebody opened: her number, from when until before when, and from which outlet if that matters."""

    officer: str
    begins: datetime
    ends: datetime
    outlet: str = ""

    @property
    def openings(self) -> "QuerySet[Opening]":
        """What she was shown or told of, at the desk or as the operator's system says of her; what she was refused is not."""
        if self.ends <= self.begins:
            raise BreachMomentWrong
        found = Opening.objects.filter(refused="", actor=self.officer, at__gte=self.begins, at__lt=self.ends)
        return found.filter(outlet=self.outlet) if self.outlet else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a taking would take, before it is done."""

    openings: int
    records: int
    destroyed: int  # of the records: nothing of them is left to keep
    listed: int  # of the records: they are in the list already

    @property
    def new(self) -> int:
        return self.records - self.destroyed - self.listed


def count(number: int, seen: Seen) -> Counted:
    """How many openings there are, of how many records, and how many of these are new to the list."""
    breach = register.breach_of(number)
    records = Record.objects.filter(pk__in=seen.openings.values("record"))
    listed = _kept_by(freezing.require_frozen(breach))
    return Counted(
        openings=seen.openings.count(),
        records=records.count(),
        destroyed=records.exclude(shredded_at=None).count(),
        listed=records.filter(shredded_at=None, pk__in=listed).count(),
    )


@act(Tag.EVIDENCE_RECORDS_ADDED)
def take_opened(*, number: int, seen: Seen, expected: int, actor: Actor, now: datetime) -> int:
    """Take into a breach's list every record that somebody opened in some time, as many as the officer was shown."""
    owners.require_owner(actor)
    record_ids = set(seen.openings.values_list("record", flat=True))
    facts = {
        "opened_by": seen.officer,
        "outlet": seen.outlet,
        "begins": int(seen.begins.timestamp()),
        "ends": int(seen.ends.timestamp()),
    }
    return _take(number, record_ids, actor=actor, now=now, expected=expected, facts=facts)


@act(Tag.EVIDENCE_RECORDS_ADDED)
def take_applications(*, number: int, applications: frozenset[str], actor: Actor, now: datetime) -> int:
    """Take into a breach's list the records that came home with some applications."""
    owners.require_owner(actor)
    record_ids = {pk for each in applications for pk in cases.records_of(each)}
    return _take(number, record_ids, actor=actor, now=now)


def _take(
    number: int,
    record_ids: Collection[UUID],
    *,
    actor: Actor,
    now: datetime,
    expected: int | None = None,
    facts: dict[str, Any] | None = None,
) -> int:
    # 1. The records, then the log's lock: from here nobody else adds to the list or lifts the freeze.
    breach = register.breach_of(number)
    new = _new_of(breach, record_ids)
    if expected is not None and len(new) != expected:
        raise OpeningsChanged(was=expected, now=len(new))
    if not new:
        raise NoRecordsToTake

    # 2. Each is held, and the log says how they were found.
    officer = owners.require_owner(actor)
    in_force = freezing.require_frozen(breach)
    freezing.keep(in_force, new, officer=officer, actor=actor, now=now, facts=facts)
    return len(new)


def _new_of(breach: Breach, record_ids: Collection[UUID]) -> list[Record]:
    most = terms().breaches.most_records_at_once
    if len(record_ids) > most:
        raise TooManyRecordsAtOnce(most=most)
    records = freezing.hold_records(record_ids)
    hold_order()
    listed = set(_kept_by(freezing.require_frozen(breach)))
    return [record for record in records if record.pk not in listed]


def _kept_by(freeze: EvidenceFreeze) -> "QuerySet[FrozenRecord, UUID]":
    return FrozenRecord.objects.filter(freeze=freeze).values_list("hold__record", flat=True)
