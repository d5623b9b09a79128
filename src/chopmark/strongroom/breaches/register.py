"""The register as it is read: every breach with its clocks, what is open, and what its records' subjects are told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, F, Min, QuerySet

from chopmark.strongroom.breaches.clocks import Clock, Done, Facts, State, clocks, next_due
from chopmark.strongroom.breaches.errors import BreachUnknown
from chopmark.strongroom.breaches.models import (
    Breach,
    BreachStep,
    EvidenceFreeze,
    FrozenRecord,
    StepKind,
)
from chopmark.strongroom.models import Officer
from chopmark.strongroom.policy.models import Hold
from chopmark.strongroom.purposes import terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A breach as it stands at a moment."""

    breach: Breach
    steps: tuple[BreachStep, ...]
    clocks: tuple[Clock, ...]
    freeze: EvidenceFreeze | None  # the one in force
    people: int | None  # how many it concerns, as was said last
    in_charge: Officer | None

    @property
    def is_resolved(self) -> bool:
        return any(one.kind == StepKind.RESOLVED for one in self.steps)

    @property
    def is_open(self) -> bool:
        """Something is owed, or something is kept for it."""
        return self.freeze is not None or any(one.is_owed for one in self.clocks)

    @property
    def next(self) -> Clock | None:
        return next_due(self.clocks)

    def late(self, now: datetime) -> list[Clock]:
        """Whatever was late or is, for ever."""
        return [one for one in self.clocks if one.late_by(now)]

    def overdue(self, now: datetime) -> list[Clock]:
        return [one for one in self.clocks if one.state(now) is State.OVERDUE]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A breach that a record's subject is told of at the desk."""

    breach: Breach
    told_at: datetime
    commissioner_told_at: datetime | None


def last_number() -> int:
    """Ask with the log's lock, so that numbers are given one by one."""
    return Breach.objects.order_by("-number").values_list("number", flat=True).first() or 0


def breach_of(number: int) -> Breach:
    found = _breaches().filter(number=number).first()
    if found is None:
        raise BreachUnknown
    return found


def standing(number: int) -> Standing:
    return _standing(breach_of(number))


def standings() -> list[Standing]:
    """Every breach; those that are open first, the newest of each on top."""
    found = [_standing(breach) for breach in _breaches().order_by("-number")]
    return sorted(found, key=lambda one: not one.is_open)


def reported_by(officer: Officer) -> list[Standing]:
    """What she reported herself, newest first."""
    return [_standing(breach) for breach in _breaches().filter(officer=officer).order_by("-number")[:50]]


def freezes(breach: Breach) -> "QuerySet[EvidenceFreeze]":
    """Every freeze of a breach with how many records it holds, the newest first."""
    found = EvidenceFreeze.objects.filter(breach=breach).select_related("officer", "lifted__officer")
    return found.annotate(held=Count("records")).order_by("-frozen_at")


def count_records(breach: Breach) -> int:
    """How many records it is known to concern."""
    return _records(breach).count()


def record_ids(breach: Breach) -> set[UUID]:
    return set(_records(breach))


def breach_holding(hold: Hold) -> Breach | None:
    """Of which breach's evidence a hold is; none, if an officer placed it for another reason."""
    frozen: FrozenRecord | None = getattr(hold, "frozen", None)
    return frozen.freeze.breach if frozen else None


def told(record_id: UUID) -> list[Told]:
    """The breaches of which the owner marked the people as told, when this record was in the list; newest first."""
    notices = BreachStep.objects.filter(
        kind=StepKind.PEOPLE,
        breach__freezes__records__hold__record=record_id,
        breach__freezes__records__hold__placed_at__lte=F("written_at"),
    )
    first = notices.order_by("breach").values_list("breach").annotate(at=Min("written_at"))
    told_at = dict(first)
    breaches = Breach.objects.filter(pk__in=told_at).order_by("-number")
    return [_told(breach, told_at[breach.pk]) for breach in breaches]


def _told(breach: Breach, told_at: datetime) -> Told:
    commissioner = breach.steps.filter(kind=StepKind.COMMISSIONER).order_by("leaf_id").first()
    return Told(
        breach=breach,
        told_at=told_at,
        commissioner_told_at=commissioner.happened_at if commissioner else None,
    )


def _breaches() -> "QuerySet[Breach]":
    return Breach.objects.select_related("officer").prefetch_related("steps__officer", "freezes__lifted")


def _records(breach: Breach) -> "QuerySet[FrozenRecord, UUID]":
    of_it = FrozenRecord.objects.filter(freeze__breach=breach)
    return of_it.values_list("hold__record", flat=True).distinct()


def _standing(breach: Breach) -> Standing:
    steps = sorted(breach.steps.all(), key=lambda one: one.leaf_id)
    people = _last_count(breach, steps)
    facts = Facts(
        detected_at=breach.detected_at,
        reported_at=breach.reported_at,
        concerns_people=people != 0,
        done=[Done(kind=StepKind(one.kind), at=one.happened_at, written_at=one.written_at) for one in steps],
    )
    in_force = [freeze for freeze in breach.freezes.all() if not hasattr(freeze, "lifted")]
    takers = [one.officer for one in steps if one.kind == StepKind.TAKEN_OVER]
    return Standing(
        breach=breach,
        steps=tuple(steps),
        clocks=tuple(clocks(terms().breaches, facts)),
        freeze=in_force[0] if in_force else None,
        people=people,
        in_charge=takers[-1] if takers else None,
    )


def _last_count(breach: Breach, steps: Iterable[BreachStep]) -> int | None:
    """How many people were told says nothing of how many there are."""
    counted = [one.people for one in steps if one.people is not None and one.kind != StepKind.PEOPLE]
    return counted[-1] if counted else breach.people
