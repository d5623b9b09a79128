"""What the audit says of a list that a revocation or release is not on, whose second is not after the list's."""

from datetime import timedelta

import pytest

from authority.publication.lists_stage import OTHER, SERIAL, prepare, publish
from authority.signing_stage import NOON, log_everything
from chopmark.authority.custody.printing import DELTA, FULL
from chopmark.authority.publication import signing
from chopmark.authority.publication.policy import COMMIT_MAY_TAKE
from chopmark.authority.revocation.models import Release, Suspension
from chopmark.config.audit.story import check_crls

AN_HOUR, A_SECOND = timedelta(hours=1), timedelta(seconds=1)
LATER = NOON + AN_HOUR
# Asked for so long before a list was read, and committed when it was: no longer possible, and just.
TOO_LONG, JUST = COMMIT_MAY_TAKE + A_SECOND, COMMIT_MAY_TAKE - A_SECOND


@pytest.fixture
def make(issuing, token, claimer, public):
    """Make a list of a moment from the rows that are there, and publish it."""

    def made(shard=FULL, at=NOON):
        prepare(issuing, shard, now=at)
        assert signing.run_once(token=token, now=at, claimer=claimer)
        log_everything()
        assert publish(issuing, shard, now=at)

    return made


@pytest.fixture
def said(public):
    def say(at=NOON):
        return [str(fault) for fault in check_crls(public / "crl", at)]

    return say


def suspend(issuing, at, number=SERIAL):
    Suspension.objects.create(issuer_id=issuing.id, serial_number=number, suspended_at=at)


def release(issuing, suspended_at, at, number=SERIAL):
    Release.objects.create(
        issuer_id=issuing.id, serial_number=number, suspended_at=suspended_at, released_at=at
    )


# --- full lists ---


def test_what_committed_just_after_it_was_read_is_no_fault(make, revoke, said):
    make()
    revoke(at=NOON)
    revoke(OTHER, at=NOON - JUST)
    assert said() == []


def test_what_was_there_when_it_was_read_is_one(make, revoke, said, issuing):
    make()
    revoke(at=NOON - TOO_LONG)
    assert f"crl: {issuing.id}/{SERIAL.hex()}: identity-1-full.crl leaves it out" in said()


def test_the_next_list_has_it(make, revoke, said):
    make()
    revoke(at=NOON)
    make(at=LATER)
    assert said(LATER) == []


@pytest.mark.parametrize(("before", "faults"), [(JUST, 0), (TOO_LONG, 1)])
def test_an_entry_whose_release_came_late(make, said, issuing, before, faults):
    suspend(issuing, NOON - AN_HOUR)
    make()
    release(issuing, NOON - AN_HOUR, NOON - before)
    assert len(said()) == faults


@pytest.mark.parametrize(("before", "faults"), [(JUST, 0), (TOO_LONG, 1)])
def test_a_hold_whose_revocation_came_late_has_the_date_of_the_hold(
    make, revoke, said, issuing, before, faults
):
    suspend(issuing, NOON - AN_HOUR)
    make()
    revoke(at=NOON - before)
    assert len(said()) == faults


def test_what_was_revoked_after_it_is_not_on_it(make, revoke, said):
    make()
    revoke(at=NOON + A_SECOND)
    assert said() == []


# --- deltas ---


@pytest.mark.parametrize(("before", "faults"), [(JUST, 0), (TOO_LONG, 1)])
def test_a_delta_before_which_it_came_late(make, revoke, said, before, faults):
    make()
    make(DELTA, LATER)
    revoke(at=LATER - before)
    assert len(said(LATER)) == faults


def test_what_came_too_late_for_a_list_is_on_its_delta(make, revoke, said):
    make()
    revoke(at=NOON)
    make(DELTA, LATER)
    assert said(LATER) == []


def test_a_delta_that_leaves_that_out_is_found(make, revoke, said, issuing):
    make()
    make(DELTA, LATER)
    revoke(at=NOON - JUST)
    assert said(LATER) == [f"crl: {issuing.id}/{SERIAL.hex()}: identity-1-delta.crl leaves it out"]


def test_a_second_hold_that_came_and_went_while_the_first_goes_on_changes_nothing(make, said, issuing):
    """Only a restore leaves two open at once."""
    suspend(issuing, NOON - AN_HOUR)
    make()
    suspend(issuing, NOON + AN_HOUR / 4)
    release(issuing, NOON + AN_HOUR / 4, NOON + AN_HOUR / 2)
    make(DELTA, LATER)
    assert said(LATER) == []


@pytest.mark.parametrize(("before", "faults"), [(JUST, 0), (TOO_LONG, 1)])
def test_a_delta_still_has_a_hold_whose_release_came_late(make, said, issuing, before, faults):
    make()
    suspend(issuing, LATER - AN_HOUR / 2)
    make(DELTA, LATER)
    release(issuing, LATER - AN_HOUR / 2, LATER - before)
    assert len(said(LATER)) == faults
