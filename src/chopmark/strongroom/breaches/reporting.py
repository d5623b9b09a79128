"""A breach is reported by whoever finds it; the owner takes it over, writes the further reports and tells who must be told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches import freezing, register
from chopmark.strongroom.breaches.errors import (
    BreachMomentWrong,
    BreachNotResolved,
    BreachResolved,
    BreachWordsMissing,
)
from chopmark.strongroom.breaches.models import Breach, BreachKind, BreachStep, StepKind
from chopmark.strongroom.breaches.words import said, unnamed
from chopmark.strongroom.leaves import act, hold_order, leave_with
from chopmark.strongroom.models import Officer, Record
from chopmark.strongroom.purposes import DESK
from chopmark.strongroom.services import cases, owners, watching
from chopmark.strongroom.services.watching import Verb
from chopmark.strongroom.tags import Tag

_TAGS: Final = {
    StepKind.COMMISSIONER: Tag.BREACH_COMMISSIONER_TOLD,
    StepKind.INTERIM: Tag.BREACH_INTERIM_WRITTEN,
    StepKind.PEOPLE: Tag.BREACH_PEOPLE_TOLD,
    StepKind.PEOPLE_NOT: Tag.BREACH_PEOPLE_NOT_TOLD,
    StepKind.POST_INCIDENT: Tag.BREACH_POST_INCIDENT_WRITTEN,
    StepKind.PRELIMINARY: Tag.BREACH_PRELIMINARY_WRITTEN,
    StepKind.RESOLVED: Tag.BREACH_RESOLVED,
    StepKind.TAKEN_OVER: Tag.BREACH_TAKEN_OVER,
    StepKind.TELEPHONE: Tag.BREACH_TOLD_BY_TELEPHONE,
}
# What the log says is written at the moment at which it is; the rest was done outside the desk, and she says when.
_WRITTEN_HERE = frozenset(
    {StepKind.INTERIM, StepKind.POST_INCIDENT, StepKind.PRELIMINARY, StepKind.TAKEN_OVER}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who was told by telephone, and when."""

    whom: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The first report of a breach, as somebody who found it makes it."""

    kind: BreachKind
    detected_at: datetime
    what: str
    people: int | None
    applications: frozenset[str] = frozenset()  # whose records it is known to concern
    call: Call | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is added to a breach: nothing more than its kind, or when, in which words, under which reference, how many."""

    kind: StepKind
    at: datetime | None = None
    words: str = ""
    reference: str = ""
    people: int | None = None


@act(Tag.BREACH_REPORTED)
def report(*, given: Report, actor: Actor, now: datetime) -> Breach:
    """Report a breach, as any officer at the desk; its evidence is frozen in the same moment."""
    # 1. An officer; a moment that can be; words that name nobody.
    officer = owners.require_officer(actor)
    if given.detected_at > now:
        raise BreachMomentWrong
    breach = Breach(
        kind=given.kind.value,
        detected_at=given.detected_at,
        what=said(given.what),
        people=given.people,
        officer=officer,
        reported_at=now,
    )

    # 2. The records that she knows of, locked before the log is: a number that leads nowhere is a guess like any other.
    records = _records_of(given.applications, actor, now)

    # 3. Into the register, then the call, then the freeze: each with its leaf.
    hold_order()
    breach.number = register.last_number() + 1
    facts = {"breach": breach.number, "kind": breach.kind, "detected_at": int(given.detected_at.timestamp())}
    leave_with(breach, actor=actor, payload=facts, now=now)
    if given.call is not None:
        call = Step(kind=StepKind.TELEPHONE, at=given.call.at, words=given.call.whom)
        _write(breach, call, officer, actor, now)
    freezing.begin(breach, records, officer=officer, actor=actor, now=now)
    return breach


@act(Tag.BREACH_CONTINUED)
def add_step(*, number: int, step: Step, actor: Actor, now: datetime) -> BreachStep:
    """Add to a breach, as an officer of the owner, what was done about it; what was written before stays."""
    officer = owners.require_owner(actor)
    hold_order()
    breach = register.breach_of(number)
    _require_its_turn(breach, step.kind)
    return _write(breach, step, officer, actor, now)


def _records_of(applications: frozenset[str], actor: Actor, now: datetime) -> list[Record]:
    if not applications:
        return []
    asking = watching.Asking(caller=DESK, actor=actor.id, outlet="", purpose="", verb=Verb.LEAVE)
    watching.attend(asking, now)
    return freezing.hold_records({pk for each in applications for pk in cases.records_of(each)})


def _require_its_turn(breach: Breach, kind: StepKind) -> None:
    is_resolved = breach.steps.filter(kind=StepKind.RESOLVED).exists()
    if is_resolved and kind in (StepKind.RESOLVED, StepKind.INTERIM):
        raise BreachResolved
    if not is_resolved and kind is StepKind.POST_INCIDENT:
        raise BreachNotResolved


def _write(breach: Breach, step: Step, officer: Officer, actor: Actor, now: datetime) -> BreachStep:
    at = now if step.kind in _WRITTEN_HERE or step.at is None else step.at
    if not breach.detected_at <= at <= now:
        raise BreachMomentWrong
    if step.kind is StepKind.PEOPLE and step.people is None:
        raise BreachWordsMissing
    needs_no_words = step.kind in (StepKind.TAKEN_OVER, StepKind.COMMISSIONER)
    row = BreachStep(
        breach=breach,
        kind=step.kind.value,
        happened_at=at,
        words=unnamed(step.words) if needs_no_words else said(step.words),
        reference=unnamed(step.reference),
        people=step.people,
        officer=officer,
        written_at=now,
    )
    facts = {"breach": breach.number, "at": int(at.timestamp())}
    return leave_with(row, actor=actor, payload=facts, now=now, tag=_TAGS[step.kind])
