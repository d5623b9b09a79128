"""Whom a decision is about, and which one may follow another."""

from datetime import date

import pytest

from chopmark.authority.subscriptions.errors import CohortOpen, PeriodShortened
from chopmark.authority.subscriptions.policy import (
    Cohort,
    Given,
    Placed,
    longest,
    months_within,
    require_extends,
)

APRIL, MAY, JUNE = (date(2007, month, 1) for month in (4, 5, 6))
CARD = Placed("smart-id", 3, date(2007, 3, 31), None)
FIRST = Cohort(type_code="smart-id", before_day=APRIL)


def test_it_works():
    assert FIRST.has(CARD)
    assert longest(CARD, [Given("C1", FIRST, 24), Given("C2", FIRST, 36)]).reference == "C2"


@pytest.mark.parametrize(
    "other",
    [
        CARD._replace(type_code="personal"),
        CARD._replace(first_day=APRIL),
        CARD._replace(issuer_id=4),
        CARD._replace(made_by=8),
        CARD._replace(first_day=date(2006, 12, 31)),
    ],
)
def test_all_of_it_must_hold(other):
    asked = Cohort(type_code="smart-id", issuer_id=3, first_day=date(2007, 1, 1), before_day=APRIL, made_by=7)
    assert asked.has(CARD._replace(made_by=7))
    assert not asked.has(other)


def test_of_equals_the_first_counts():
    assert longest(CARD, [Given("C1", FIRST, 36), Given("C2", FIRST, 36)]).reference == "C1"
    assert longest(CARD, []) is None
    assert longest(CARD._replace(first_day=MAY), [Given("C1", FIRST, 36)]) is None


def test_a_cohort_has_an_end():
    FIRST.require_closed()
    Cohort(made_by=7).require_closed()
    with pytest.raises(CohortOpen):
        Cohort(type_code="smart-id", first_day=APRIL).require_closed()


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (Cohort(before_day=APRIL), Cohort(first_day=APRIL, before_day=MAY), False),
        (Cohort(before_day=MAY), Cohort(first_day=APRIL, before_day=JUNE), True),
        (Cohort(before_day=APRIL), Cohort(before_day=MAY), True),
        (Cohort(type_code="a", before_day=APRIL), Cohort(type_code="b", before_day=APRIL), False),
        (Cohort(type_code="a", before_day=APRIL), Cohort(issuer_id=3, before_day=APRIL), True),
        (Cohort(issuer_id=4, before_day=APRIL), Cohort(issuer_id=3, before_day=APRIL), False),
        (Cohort(made_by=1), Cohort(made_by=2), False),
        (Cohort(made_by=1), Cohort(before_day=APRIL), True),
    ],
)
def test_two_cohorts_meet_where_a_certificate_could_be_in_both(one, other, meet):
    assert one.meets(other) is meet
    assert other.meets(one) is meet


def test_a_later_decision_gives_as_much_or_more_to_those_it_shares():
    earlier = [Given("C1", FIRST, 24)]
    require_extends(FIRST, 24, earlier)
    require_extends(FIRST, 36, earlier)
    require_extends(Cohort(first_day=APRIL, before_day=MAY), 12, earlier)
    with pytest.raises(PeriodShortened) as refused:
        require_extends(Cohort(before_day=MAY), 18, earlier)
    assert refused.value.details == {"decision": "C1", "free_months": 24}


def test_only_months_that_end_before_the_certificate_does_are_given():
    assert months_within(date(2026, 11, 16), 36, date(2029, 11, 16)) == 36
    assert months_within(date(2026, 11, 16), 36, date(2029, 11, 15)) == 35
    assert months_within(date(2026, 11, 16), 36, date(2026, 12, 1)) == 0
