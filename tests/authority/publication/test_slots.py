"""What an assessor asks of the timetable: was each list public within the promise, by its own leaf?"""

from datetime import date, timedelta

import pytest

from authority.publication.lists_stage import prepare, publish
from authority.signing_stage import A_SECOND, log_everything
from authority.signing_stage import NOON as FOUNDED
from chopmark.authority.publication import signing
from chopmark.authority.publication.models import CrlPublication
from chopmark.authority.publication.slots import Punctuality, proofs

# The day after the keys were made.
DAY = date(2026, 11, 17)
NOON = FOUNDED + timedelta(days=1)
MORNING = NOON - timedelta(hours=2, minutes=45)  # 09:15 in Hong Kong
MIDDAY = NOON + timedelta(hours=2, minutes=15)  # 14:15
EVENING = NOON + timedelta(hours=7)  # 19:00


@pytest.fixture
def make(issuing, token, claimer, public):
    """The full list is made and public at these moments."""

    def at(made_at, public_at=None):
        prepare(issuing, now=made_at)
        signing.run_once(token=token, now=made_at, claimer=claimer)
        log_everything()
        publish(issuing, now=public_at or made_at)

    return at


def of_the_full_list(now):
    found = proofs(first=DAY, last=DAY, now=now)
    return [one for one in found if one.file_name == "identity-1-full.crl"]


def was(now):
    return [one.punctuality for one in of_the_full_list(now)]


def test_it_works(make):
    make(MORNING + A_SECOND, MORNING + timedelta(minutes=15))

    (proof,) = of_the_full_list(NOON)

    public = CrlPublication.objects.get()
    assert (proof.due_at, proof.promised_by) == (MORNING, MORNING + timedelta(minutes=15))
    assert (proof.number, proof.published_at, proof.leaf_id) == (1, public.published_at, public.leaf_id)
    assert proof.punctuality is Punctuality.ON_TIME


def test_a_list_that_is_public_after_the_promise_is_late(make):
    make(MORNING + A_SECOND, MORNING + timedelta(minutes=15, seconds=1))
    assert was(NOON) == [Punctuality.LATE]


def test_a_list_made_before_the_slot_does_not_keep_it(make):
    make(MORNING - A_SECOND)
    assert was(MORNING + timedelta(minutes=1)) == [Punctuality.WAITED_FOR]
    assert was(MORNING + timedelta(minutes=16)) == [Punctuality.LATE]
    assert was(MIDDAY) == [Punctuality.MISSED, Punctuality.WAITED_FOR]


def test_each_slot_of_the_day_has_its_own_list(make):
    for slot in (MORNING, MIDDAY, EVENING):
        make(slot + A_SECOND)
    assert was(EVENING + timedelta(hours=1)) == [Punctuality.ON_TIME] * 3


def test_lists_of_a_ceremony_and_deltas_follow_no_timetable(issuing):
    names = {one.file_name for one in proofs(first=DAY, last=DAY, now=EVENING)}
    assert len(names) == 10
    assert not [name for name in names if "root" in name or "delta" in name]
