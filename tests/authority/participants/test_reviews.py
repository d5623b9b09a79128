"""Reviews of access (C82): everybody is decided about by another, or suspended when the review is due."""

from datetime import timedelta

import pytest

from authority.participants.conftest import NOON
from chopmark.authority.audit.models import Leaf
from chopmark.authority.kernel.actors import Actor, ActorKind, process
from chopmark.authority.participants import access, reviews
from chopmark.authority.participants.access import Standing
from chopmark.authority.participants.errors import (
    AccessDecided,
    AccessGivenByReviewer,
    AccessNotInReview,
    AccessOfOnesOwn,
    AccessSuspended,
    LoginClosed,
    PermissionMissing,
    ReviewRunning,
)
from chopmark.authority.participants.models import (
    AccessReview,
    AccessSuspension,
    Clearance,
    Login,
    SparedReviewer,
)
from chopmark.authority.participants.permissions import Permission, Role
from chopmark.authority.participants.services import FOUNDER, actor_of, register_staff, staff_leaves
from chopmark.authority.participants.states import ClearanceKind, ReasonToLeave, Verdict

WORKER = process("worker")
DUE = NOON + timedelta(days=21)


@pytest.fixture
def devi(db) -> Actor:
    """The supervisor, who reviews."""
    register_staff(
        number="70031", name="HO Lai Kuen", kind=ActorKind.SUPERVISOR, roles=[Role.SUPERVISOR], outlet=None,
        vetted_on=NOON.date(), nondisclosure_on=NOON.date(), actor=FOUNDER, now=NOON,
    )  # fmt: skip
    return actor_of(Login.objects.get(number="70031"), NOON)


@pytest.fixture
def opened(lee, devi):
    return reviews.open_review(actor=devi, now=NOON)


def decides(actor, number="20417", verdict=Verdict.CONFIRMED, *, now=NOON):
    return reviews.decide(number=number, verdict=verdict, actor=actor, now=now)


def clock_strikes(as_process, now):
    with as_process("worker"):
        reviews.suspend_passed_over(actor=WORKER, now=now)
        reviews.open_due_review(actor=WORKER, now=now)


def test_it_works(lee, devi, as_process):
    with as_process("web"):
        reviews.open_review(actor=devi, now=NOON)
        decides(devi)
        review = access.review(NOON)

    assert b"access:decided" in bytes(Leaf.objects.latest("pk").entry)
    assert [line.access.number for line in review.lines] == ["20417", "70031"]
    asked, herself = review.lines
    assert (asked.verdict, asked.decided_by, asked.roles) == (
        Verdict.CONFIRMED, "70031", (Role.INTAKE_OFFICER,),
    )  # fmt: skip
    assert herself.is_open
    assert review.open_count == 1


@pytest.fixture
def chan(db) -> Actor:
    """A registrar, so that somebody can confirm the supervisor."""
    register_staff(
        number="31099", name="CHAN Siu Fan", kind=ActorKind.OPERATOR, roles=[Role.REGISTRAR], outlet=None,
        vetted_on=NOON.date(), nondisclosure_on=NOON.date(), actor=FOUNDER, now=NOON,
    )  # fmt: skip
    return actor_of(Login.objects.get(number="31099"), NOON)


def test_who_is_passed_over_is_suspended_when_it_is_due_and_not_before(chan, opened, lee, as_process):
    clock_strikes(as_process, DUE - timedelta(seconds=1))
    assert actor_of(lee, DUE).permissions

    decides(chan, "70031")
    clock_strikes(as_process, DUE)
    clock_strikes(as_process, DUE + timedelta(seconds=5))

    assert AccessSuspension.objects.count() == 2  # the registrar, whom the supervisor forgot, and the officer
    assert b"access:suspended" in bytes(Leaf.objects.latest("pk").entry)
    with pytest.raises(AccessSuspended):
        actor_of(lee, DUE)
    assert access.person("20417", DUE).standing is Standing.SUSPENDED


def spared():
    return list(SparedReviewer.objects.values_list("login__number", flat=True))


def test_the_last_who_could_review_is_spared_with_a_leaf_and_once(opened, lee, devi, as_process):
    clock_strikes(as_process, DUE)
    clock_strikes(as_process, DUE + timedelta(seconds=5))

    assert spared() == ["70031"]
    assert b"access:spared" in bytes(Leaf.objects.latest("pk").entry)
    with pytest.raises(AccessSuspended):
        actor_of(lee, DUE)
    decides(actor_of(Login.objects.get(number="70031"), DUE), now=DUE)
    assert actor_of(lee, DUE).permissions


def test_of_two_who_were_both_passed_over_one_can_still_review(chan, opened, lee, as_process):
    clock_strikes(as_process, DUE)
    assert len(spared()) == 1
    assert AccessSuspension.objects.count() == 2


def test_a_reviewer_who_is_not_cleared_is_not_counted_on(chan, opened, devi, as_process):
    decides(devi, "31099")
    Clearance.objects.create(
        login=Login.objects.get(number="31099"), kind=ClearanceKind.VETTING, done_on=NOON.date(),
        valid_until=DUE.date() - timedelta(days=2), recorded_by="setup", recorded_at=NOON,
    )  # fmt: skip
    clock_strikes(as_process, DUE)
    assert spared() == ["70031"]


def test_only_a_review_restores_her(opened, lee, registrar, as_process):
    clock_strikes(as_process, DUE)

    decides(registrar, now=DUE + timedelta(days=1))
    assert actor_of(lee, DUE + timedelta(days=1)).permissions
    clock_strikes(as_process, DUE + timedelta(days=2))
    assert actor_of(lee, DUE + timedelta(days=2)).permissions


def test_who_is_confirmed_by_a_clock_that_is_behind_is_restored(opened, lee, registrar):
    reviews.suspend_passed_over(actor=WORKER, now=DUE)

    decides(registrar, now=DUE - timedelta(seconds=1))
    assert actor_of(lee, DUE).permissions


def test_who_was_decided_about_in_a_later_review_is_not_suspended_by_an_older(opened, lee, registrar, devi):
    reviews.suspend_passed_over(actor=WORKER, now=DUE)
    second = reviews.open_review(actor=registrar, now=DUE)
    decides(registrar, now=DUE)
    decides(registrar, "70031", now=DUE)

    reviews.suspend_passed_over(actor=WORKER, now=second.due_at)
    assert actor_of(lee, second.due_at).permissions
    assert AccessSuspension.objects.count() == 1


def test_who_is_confirmed_and_then_passed_over_in_the_next_is_suspended_again(opened, lee, registrar):
    decides(registrar)
    decides(registrar, "70031")
    second = reviews.open_review(actor=registrar, now=NOON + timedelta(days=1))

    reviews.suspend_passed_over(actor=WORKER, now=second.due_at)
    with pytest.raises(AccessSuspended):
        actor_of(lee, second.due_at)


def test_whose_access_is_withdrawn_has_none(opened, lee, devi):
    decides(devi, verdict=Verdict.WITHDRAWN)

    lee.refresh_from_db()
    with pytest.raises(LoginClosed):
        actor_of(lee, NOON)
    assert access.person("20417", NOON).standing is Standing.CLOSED


def test_nobody_decides_about_herself_nor_about_what_she_gave(opened, devi, registrar):
    with pytest.raises(AccessOfOnesOwn):
        decides(devi, "70031")
    register_staff(
        number="20588", name="NG Ka Yan", kind=ActorKind.OFFICER, roles=[Role.RELEASE_OFFICER], outlet=None,
        vetted_on=NOON.date(), nondisclosure_on=NOON.date(), actor=registrar, now=NOON,
    )  # fmt: skip
    with pytest.raises(AccessGivenByReviewer):
        decides(registrar, "20588")


def test_it_is_decided_once(opened, devi):
    decides(devi)

    with pytest.raises(AccessDecided):
        decides(devi, verdict=Verdict.WITHDRAWN)


def test_who_came_after_it_opened_is_not_in_it(opened, devi):
    register_staff(
        number="20588", name="NG Ka Yan", kind=ActorKind.OFFICER, roles=[Role.RELEASE_OFFICER], outlet=None,
        vetted_on=NOON.date(), nondisclosure_on=NOON.date(), actor=FOUNDER, now=NOON,
    )  # fmt: skip
    with pytest.raises(AccessNotInReview):
        decides(devi, "20588")


def test_who_left_meanwhile_needs_no_decision(opened, devi, registrar, as_process):
    leaves = {"leaves_on": NOON.date(), "reason": ReasonToLeave.RETIRED}
    staff_leaves(number="20417", **leaves, actor=registrar, now=NOON)
    decides(registrar, "70031")

    assert access.review(NOON).open_count == 0
    clock_strikes(as_process, DUE)
    assert not AccessSuspension.objects.exists()
    with pytest.raises(LoginClosed):
        decides(devi)


def test_an_officer_of_the_counter_neither_opens_nor_decides(lee):
    bikram = actor_of(lee, NOON)
    with pytest.raises(PermissionMissing):
        reviews.open_review(actor=bikram, now=NOON)
    with pytest.raises(PermissionMissing):
        decides(bikram)


def test_one_runs_at_a_time(opened, devi, registrar):
    with pytest.raises(ReviewRunning):
        reviews.open_review(actor=devi, now=DUE - timedelta(seconds=1))
    decides(devi)
    decides(registrar, "70031")
    assert reviews.open_review(actor=devi, now=NOON).number == opened.number + 1


def test_the_clock_opens_the_first_and_the_next_when_the_months_are_over(lee, devi, as_process):
    clock_strikes(as_process, NOON + timedelta(days=180))
    assert not AccessReview.objects.exists()

    half_a_year = NOON.replace(year=2027, month=5)
    clock_strikes(as_process, half_a_year)
    clock_strikes(as_process, half_a_year + timedelta(seconds=5))
    review = AccessReview.objects.get()
    assert (review.number, review.opened_by) == (1, "worker")

    clock_strikes(as_process, half_a_year.replace(month=11))
    assert AccessReview.objects.count() == 2


def test_a_reviewer_is_told_apart_by_permission():
    from chopmark.authority.participants.permissions import PERMISSIONS_OF

    reviewing = {role for role, may in PERMISSIONS_OF.items() if Permission.STAFF_ACCESS_REVIEW in may}
    assert reviewing == {Role.REGISTRAR, Role.SUPERVISOR}
