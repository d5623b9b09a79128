"""What is due about a breach, and when: computed from the policy and from what was written, never stored. Pure."""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from chopmark.strongroom.breaches.models import StepKind
from chopmark.strongroom.policy.shapes import BreachTerms

# Months are those of the calendar on the owner's wall.
_HERE = ZoneInfo("Asia/Hong_Kong")


class Duty(StrEnum):
    """What the owner, the Commissioner or the people concerned are owed."""

    TELEPHONE = "telephone"
    FIRST_REPORT = "first_report"
    PRELIMINARY = "preliminary"
    COMMISSIONER = "commissioner"
    PEOPLE = "people"
    INTERIM = "interim"
    POST_INCIDENT = "post_incident"


class State(StrEnum):
    """How a duty stands; what was late stays late."""

    DONE = "done"
    DONE_LATE = "done_late"
    MISSED = "missed"  # it was overdue when the breach was resolved, and is not owed any more
    OVERDUE = "overdue"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Something that was done, and when: `at` as the officer says, `written_at` as the log says."""

    kind: StepKind
    at: datetime
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the register knows of a breach."""

    detected_at: datetime
    reported_at: datetime
    concerns_people: bool
    done: Sequence[Done]  # in the order in which it was written

    def first(self, *kinds: StepKind) -> Done | None:
        return next((one for one in self.done if one.kind in kinds), None)

    @property
    def resolved(self) -> Done | None:
        return self.first(StepKind.RESOLVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One duty: when it is due (nothing, where only soon is said), when it was done, when it was owed no longer."""

    duty: Duty
    due_at: datetime | None
    done_at: datetime | None = None
    ended_at: datetime | None = None
    nth: int = 1  # which of the interim reports

    @property
    def key(self) -> str:
        """Tells the duties of one breach apart."""
        return f"{self.duty}/{self.nth}" if self.duty is Duty.INTERIM else str(self.duty)

    @property
    def is_owed(self) -> bool:
        return self.done_at is None and self.ended_at is None

    def late_by(self, now: datetime) -> timedelta:
        """By how long it was late, or is by now; nothing, if it is not."""
        if self.due_at is None:
            return timedelta()
        return max((self.done_at or self.ended_at or now) - self.due_at, timedelta())

    def state(self, now: datetime) -> State:
        late = bool(self.late_by(now))
        if self.done_at is not None:
            return State.DONE_LATE if late else State.DONE
        if self.ended_at is not None:
            return State.MISSED
        return State.OVERDUE if late else State.WAITING


def clocks(terms: BreachTerms, facts: Facts) -> list[Clock]:
    """Every duty of a breach, those of the first hours first."""
    return [
        *_first_hours(terms, facts),
        *_notices(terms, facts),
        *_interims(terms, facts),
        *_last(terms, facts),
    ]


def next_due(found: Sequence[Clock]) -> Clock | None:
    """What is owed next, of what has a term; the rest is owed as soon as possible, all the time."""
    owed = [one for one in found if one.is_owed and one.due_at is not None]
    return min(owed, key=_due_at, default=None)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day and hour some months on, or the last day of a month that is shorter."""
    here = moment.astimezone(_HERE)
    years, month = divmod(here.month - 1 + months, 12)
    year, month = here.year + years, month + 1
    day = min(here.day, calendar.monthrange(year, month)[1])
    return here.replace(year=year, month=month, day=day)


def _first_hours(terms: BreachTerms, facts: Facts) -> Iterator[Clock]:
    at_once = facts.detected_at + terms.first_report_within
    told, preliminary = facts.first(StepKind.TELEPHONE), facts.first(StepKind.PRELIMINARY)
    yield Clock(duty=Duty.TELEPHONE, due_at=at_once, done_at=told.at if told else None)
    yield Clock(duty=Duty.FIRST_REPORT, due_at=at_once, done_at=facts.reported_at)
    yield Clock(
        duty=Duty.PRELIMINARY,
        due_at=facts.detected_at + terms.preliminary_within,
        done_at=preliminary.written_at if preliminary else None,
    )


def _notices(terms: BreachTerms, facts: Facts) -> Iterator[Clock]:
    if not facts.concerns_people:
        return
    for duty, within, kinds in (
        (Duty.COMMISSIONER, terms.commissioner_within, [StepKind.COMMISSIONER]),
        (Duty.PEOPLE, terms.people_within, [StepKind.PEOPLE, StepKind.PEOPLE_NOT]),
    ):
        told = facts.first(*kinds)
        due_at = None if within is None else facts.detected_at + within
        yield Clock(duty=duty, due_at=due_at, done_at=told.at if told else None)


def _interims(terms: BreachTerms, facts: Facts) -> Iterator[Clock]:
    """One for each that was written, and the one that is owed until somebody writes that the breach is resolved.

    Each term runs from the last. An earlier moment that the officer gives for the end takes no lateness away.
    """
    since, nth = facts.detected_at, 1
    for one in facts.done:
        if one.kind is StepKind.INTERIM:
            due_at = months_later(since, terms.interim_every_months)
            yield Clock(duty=Duty.INTERIM, due_at=due_at, done_at=one.written_at, nth=nth)
            since, nth = one.written_at, nth + 1
    due_at = months_later(since, terms.interim_every_months)
    ended_at = facts.resolved.written_at if facts.resolved else None
    if ended_at is None or due_at < ended_at:
        yield Clock(duty=Duty.INTERIM, due_at=due_at, ended_at=ended_at, nth=nth)


def _last(terms: BreachTerms, facts: Facts) -> Iterator[Clock]:
    if facts.resolved is not None:
        written = facts.first(StepKind.POST_INCIDENT)
        yield Clock(
            duty=Duty.POST_INCIDENT,
            due_at=facts.resolved.at + terms.post_incident_within,
            done_at=written.written_at if written else None,
        )


def _due_at(clock: Clock) -> datetime:
    if clock.due_at is None:
        raise ValueError(clock.duty)
    return clock.due_at
