"""What is due about a breach and when: arithmetic over what was written, with nothing of it stored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chopmark.strongroom.breaches.clocks import Done, Duty, Facts, State, clocks, months_later, next_due
from chopmark.strongroom.breaches.models import StepKind
from chopmark.strongroom.purposes import terms

NOON = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def facts(*done, reported=NOON + 20 * MINUTE, concerns_people=True):
    found = [Done(kind=kind, at=at, written_at=at) for kind, at in done]
    return Facts(detected_at=NOON, reported_at=reported, concerns_people=concerns_people, done=found)


def found(*done, policy=None, **more):
    return {one.key: one for one in clocks(policy or terms().breaches, facts(*done, **more))}


def test_it_works():
    of = found((StepKind.TELEPHONE, NOON + 5 * MINUTE))
    assert {key: one.due_at and one.due_at - NOON for key, one in of.items()} == {
        "telephone": HOUR,
        "first_report": HOUR,
        "preliminary": 48 * HOUR,
        "commissioner": None,
        "people": None,
        "interim/1": 92 * DAY,  # 12 February
    }
    assert [one.state(NOON + HOUR) for one in of.values()] == [State.DONE] * 2 + [State.WAITING] * 4
    assert next_due(list(of.values())) is of["preliminary"]


def test_what_comes_to_the_second_is_in_time_and_a_second_later_is_late():
    second = timedelta(seconds=1)
    in_time = found((StepKind.PRELIMINARY, NOON + 48 * HOUR))["preliminary"]
    late = found((StepKind.PRELIMINARY, NOON + 48 * HOUR + second))["preliminary"]
    assert in_time.state(NOON + 90 * DAY) is State.DONE
    assert late.state(NOON + 90 * DAY) is State.DONE_LATE
    assert late.late_by(NOON + 90 * DAY) == second


def test_what_was_late_stays_late_however_long_ago():
    late = found(reported=NOON + 3 * HOUR)["first_report"]
    assert late.late_by(NOON + 4 * HOUR) == late.late_by(NOON + 9000 * DAY) == 2 * HOUR


def test_what_is_owed_gets_later_by_the_minute():
    owed = found()["telephone"]
    assert [owed.late_by(NOON + HOUR + each * MINUTE) for each in (0, 1, 90)] == [
        0 * MINUTE,
        MINUTE,
        90 * MINUTE,
    ]
    assert owed.state(NOON + 2 * HOUR) is State.OVERDUE


def test_each_interim_report_is_due_some_months_after_the_last():
    of = found((StepKind.INTERIM, NOON + 100 * DAY), (StepKind.INTERIM, NOON + 150 * DAY))
    assert of["interim/1"].late_by(NOON + 400 * DAY) == 8 * DAY
    assert of["interim/2"].state(NOON + 400 * DAY) is State.DONE
    assert of["interim/3"].due_at == months_later(NOON + 150 * DAY, 3)


def test_a_resolved_breach_owes_a_last_report_and_no_interim_one():
    of = found((StepKind.RESOLVED, NOON + 30 * DAY))
    assert "interim/1" not in of
    assert of["post_incident"].due_at == NOON + 37 * DAY
    assert "post_incident" not in found()


def test_an_interim_report_that_was_missed_before_the_breach_was_resolved_stays_missed():
    missed = found((StepKind.RESOLVED, NOON + 100 * DAY))["interim/1"]
    assert missed.state(NOON + 900 * DAY) is State.MISSED
    assert missed.late_by(NOON + 900 * DAY) == 8 * DAY
    assert not missed.is_owed


def test_an_early_moment_given_for_the_end_takes_no_lateness_away():
    resolved = Done(kind=StepKind.RESOLVED, at=NOON + 60 * DAY, written_at=NOON + 150 * DAY)
    of = {one.key: one for one in clocks(terms().breaches, replace(facts(), done=[resolved]))}
    assert of["interim/1"].state(NOON + 900 * DAY) is State.MISSED
    assert of["interim/1"].late_by(NOON + 900 * DAY) == 58 * DAY
    # The last report's term runs from the moment itself.
    assert of["post_incident"].due_at == NOON + 67 * DAY


def test_where_nobody_is_concerned_nobody_is_told():
    assert not {"commissioner", "people"} & found(concerns_people=False).keys()


@pytest.mark.parametrize("kind", [StepKind.PEOPLE, StepKind.PEOPLE_NOT])
def test_people_are_told_or_it_is_said_why_not(kind):
    assert found((kind, NOON + DAY))["people"].state(NOON + 2 * DAY) is State.DONE


def test_what_is_owed_soon_is_never_late_unless_the_policy_gives_it_a_term():
    assert found()["commissioner"].state(NOON + 900 * DAY) is State.WAITING
    policy = replace(terms().breaches, commissioner_within=72 * HOUR, preliminary_within=24 * HOUR)
    of = found(policy=policy)
    assert of["commissioner"].late_by(NOON + 73 * HOUR) == HOUR
    assert of["preliminary"].due_at == NOON + 24 * HOUR


@pytest.mark.parametrize(
    ("moment", "later"),
    [
        (datetime(2026, 11, 30, 4, tzinfo=UTC), datetime(2027, 2, 28, 4, tzinfo=UTC)),
        (datetime(2027, 11, 30, 4, tzinfo=UTC), datetime(2028, 2, 29, 4, tzinfo=UTC)),
        # Already the first of the month in Hong Kong.
        (datetime(2026, 10, 31, 20, tzinfo=UTC), datetime(2027, 1, 31, 20, tzinfo=UTC)),
    ],
    ids=str,
)
def test_months_are_those_of_the_calendar_here(moment, later):
    assert months_later(moment, 3) == later


def test_duties_have_keys_of_their_own():
    of = clocks(terms().breaches, facts((StepKind.INTERIM, NOON + DAY), (StepKind.RESOLVED, NOON + 2 * DAY)))
    assert len({one.key for one in of}) == len(of)
    assert {one.duty for one in of} == set(Duty)
