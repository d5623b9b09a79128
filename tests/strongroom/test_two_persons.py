import threading
from datetime import timedelta

import pytest
from django.db import connections
from owners_stage import DEVI, FARAH, home, officers_are_in, officers_case
from people import ASHA, BIKRAM, CHANDRA, LATER, WORKER, asha_applies, asked

from chopmark.strongroom.errors import CaseLimitReached, FieldNotOfPurpose
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Opening
from chopmark.strongroom.policy.errors import (
    CaseNotYours,
    OfficerNotSignedIn,
    RequestUnknown,
    SecondPersonIsFirst,
    SecondPersonNeeded,
)
from chopmark.strongroom.policy.models import PairRequest
from chopmark.strongroom.purposes import DESK, terms
from chopmark.strongroom.services import openings, subject, two_persons
from chopmark.strongroom.services.two_persons import Wish

A_MINUTE = timedelta(minutes=1)


def case_for(purpose, actor=BIKRAM):
    officers_are_in()
    home(asha_applies())
    return officers_case(purpose, actor)


@pytest.fixture
def case_id(strongroom):
    return case_for("correction")


def ask(case_id, *fields, actor=BIKRAM, now=LATER, purpose="correction"):
    wish = Wish(case_id=case_id, purpose=purpose, fields=frozenset(fields or ("phone",)), why="A letter.")
    return two_persons.ask_opening(wish=wish, keys=keyring(), actor=actor, now=now)


def confirm(request_id, actor=CHANDRA, now=LATER):
    two_persons.confirm_opening(request_id=request_id, actor=actor, now=now)


def open_(case_id, *fields, actor=BIKRAM, now=LATER, purpose="correction"):
    what = asked(case_id, *fields or ("phone",), purpose=purpose, caller=DESK, application=None)
    return openings.open_fields(asked=what, keys=keyring(), actor=actor, now=now)


def test_it_works(case_id):
    confirm(ask(case_id))
    assert open_(case_id) == {"phone": ASHA.phone}
    request = PairRequest.objects.get()
    assert (request.asked_by, request.confirmed_by, request.opened_at) == (BIKRAM.id, CHANDRA.id, LATER)


def test_nothing_is_opened_before_the_second(case_id):
    ask(case_id)
    with pytest.raises(SecondPersonNeeded):
        open_(case_id)
    assert Opening.objects.get().refused == "second_person_needed"


def test_nobody_confirms_her_own(case_id):
    with pytest.raises(SecondPersonIsFirst):
        confirm(ask(case_id), actor=BIKRAM)
    with pytest.raises(SecondPersonNeeded):
        open_(case_id)


@pytest.mark.parametrize("actor", [WORKER, type(BIKRAM).officer("55555")], ids=["caller", "nobody's"])
def test_only_officers_of_the_owners_desk_ask_and_confirm(case_id, actor):
    with pytest.raises(OfficerNotSignedIn):
        ask(case_id, actor=actor)
    with pytest.raises(OfficerNotSignedIn):
        confirm(ask(case_id), actor=actor)


def test_the_confirmation_is_for_what_was_asked_and_for_the_asker(case_id):
    confirm(ask(case_id, "phone"))
    with pytest.raises(SecondPersonNeeded):
        open_(case_id, "hkid")
    with pytest.raises(CaseNotYours):
        open_(case_id, actor=CHANDRA)


def test_one_confirmation_opens_once(case_id):
    confirm(ask(case_id))
    open_(case_id)
    with pytest.raises(SecondPersonNeeded):
        open_(case_id)
    with pytest.raises(RequestUnknown):
        confirm(PairRequest.objects.get().pk)


def test_a_refusal_after_it_gives_the_confirmation_back(case_id, monkeypatch):
    def refuse(*_):
        raise CaseLimitReached

    confirm(ask(case_id))
    with monkeypatch.context() as patch:
        patch.setattr(openings, "_require_within_limits", refuse)
        with pytest.raises(CaseLimitReached):
            open_(case_id)
    assert open_(case_id)


def test_a_request_and_a_confirmation_grow_old(case_id):
    pair = terms().pair
    request_id = ask(case_id)
    with pytest.raises(RequestUnknown):
        confirm(request_id, now=LATER + pair.confirm_within)
    confirm(request_id, now=LATER + A_MINUTE)
    with pytest.raises(SecondPersonNeeded):
        open_(case_id, now=LATER + A_MINUTE + pair.open_within)


def test_a_request_is_within_its_purpose(strongroom):
    case_id = case_for("enquiry")
    with pytest.raises(FieldNotOfPurpose):
        ask(case_id, "hkid", purpose="enquiry")


def test_the_subject_is_told_later_and_the_owner_at_once(strongroom):
    case_id = case_for("lawful_request", DEVI)
    confirm(ask(case_id, purpose="lawful_request", actor=DEVI), actor=FARAH)
    open_(case_id, purpose="lawful_request", actor=DEVI)
    opening = Opening.objects.get()
    told_at = LATER + timedelta(days=30)
    assert opening.told_at == told_at
    assert subject.history(opening.record_id, now=told_at - A_MINUTE) == []
    assert subject.withheld(now=LATER) == [opening]
    assert subject.history(opening.record_id, now=told_at) == [opening]
    assert subject.withheld(now=told_at) == []


@pytest.mark.django_db(transaction=True)
def test_side_by_side_one_confirmation_opens_once():
    case_id = case_for("correction")
    confirm(ask(case_id))
    start, outcomes = threading.Barrier(3), []

    def try_to_open():
        start.wait()
        try:
            outcomes.append(open_(case_id))
        except SecondPersonNeeded:
            outcomes.append(None)
        connections.close_all()

    threads = [threading.Thread(target=try_to_open) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [None, None, {"phone": ASHA.phone}]
