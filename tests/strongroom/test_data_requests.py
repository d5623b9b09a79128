"""Access and correction (Cap. 486, Part 5): forty days, a fee that was told first, and a log of what was refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from breach_stage import REPORTED, reported
from django.db import IntegrityError, transaction
from owners_stage import DEVI, FARAH, home, officers_are_in
from people import ASHA, BIKRAM, ERRAND, ESHA, LATER, WORKER, asha_applies
from requests_stage import ACCESS, GIVEN, NEW_PHONE, answer, make, session

from chopmark.strongroom import purposes, sweep, vault
from chopmark.strongroom.actors import CLOCK, SUBJECT
from chopmark.strongroom.errors import PhoneMalformed
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, Leaf, LeafPayload, Record
from chopmark.strongroom.policy.errors import (
    AnswerNeedsWords,
    ApplicationNotArrived,
    ApplicationStillOpen,
    FeeNotAllowed,
    GroundNotAllowed,
    NoFeeTold,
    OwnerOfficerNeeded,
    RecordKeptAsItIs,
    RequestAnswered,
    RequestNotKnown,
    RequestWaits,
    RetentionNotOver,
    SubjectNotSignedIn,
)
from chopmark.strongroom.policy.models import Alert
from chopmark.strongroom.policy.requests import RequestAnswer, RequestOutcome, SubjectRequest
from chopmark.strongroom.services import cases, data_requests, kept_requests, request_clock, retention
from chopmark.strongroom.services.data_requests import Reply
from chopmark.strongroom.services.kept_requests import Words

REFUSED = Reply(outcome=RequestOutcome.REFUSED, ground="identity", words="The signature is another.")
IN_PART = Reply(outcome=RequestOutcome.IN_PART, ground="exempt", words="All but one note was given.")
A_FEE = 4000
DAY = timedelta(days=1)


@pytest.fixture
def record_id(strongroom):
    officers_are_in()
    return home(asha_applies()).record_id


def tell_fee(request, amount=A_FEE, actor=FARAH):
    data_requests.tell_fee(request_id=request.pk, amount_minor=amount, actor=actor, now=LATER)


def agree(request, record_id):
    data_requests.agree_fee(session=session(record_id), request_id=request.pk, actor=SUBJECT, now=LATER)


def fields_of(record_id):
    return vault.unlock(Record.objects.get(pk=record_id).locked, kek=keyring().kek)


def newest_tag():
    return bytes(Leaf.objects.latest("position").entry)


def test_it_works(record_id):
    request = make(record_id)
    assert request.reference == f"DR2611{request.pk:05d}"
    assert b'"request:made"' in newest_tag()
    answer(request)
    assert b'"request:answered"' in newest_tag()
    kept = RequestAnswer.objects.get()
    assert kept_requests.answered(kept, keys=keyring()) == GIVEN.words
    assert not kept_requests.is_late(kept)
    assert not kept_requests.unanswered().exists()


@pytest.mark.parametrize(
    ("made", "due"),
    [
        (datetime(2026, 11, 12, 15, 59, tzinfo=UTC), date(2026, 12, 22)),  # 23:59 in Hong Kong
        (datetime(2026, 11, 12, 16, 0, tzinfo=UTC), date(2026, 12, 23)),  # midnight there: the next day
    ],
)
def test_forty_days_are_days_of_hong_kong(record_id, made, due):
    request = make(record_id, now=made)
    assert request.due_on == due
    assert kept_requests.days_left(request, due) == 0


def test_an_answer_of_the_last_day_is_in_time_and_one_of_the_next_is_late(record_id):
    in_time, late = make(record_id), make(record_id, NEW_PHONE)
    last_moment = datetime(2026, 12, 22, 15, 59, tzinfo=UTC)
    assert not kept_requests.is_late(answer(in_time, now=last_moment))
    assert kept_requests.is_late(answer(late, now=last_moment + timedelta(minutes=1)))


def test_her_words_and_the_answer_are_not_in_the_clear_and_go_with_the_record(record_id):
    request = make(record_id, NEW_PHONE)
    given = answer(request, replace(GIVEN, words="We wrote the new number."))
    assert b"9876" not in bytes(request.ciphertext) and b"number" not in bytes(given.ciphertext)
    for payload in LeafPayload.objects.values_list("payload", flat=True):
        assert "9876" not in str(payload)
    cases.shred(Record.objects.get(pk=record_id), LATER)
    request = SubjectRequest.objects.get()
    assert kept_requests.said(request, keys=keyring()) == Words()
    assert kept_requests.answered(request.answer, keys=keyring()) == ""


def test_an_officer_of_the_owner_reads_her_words_under_her_own_name(record_id):
    request = make(record_id)
    answer(request)
    words, told = data_requests.read_request(request_id=request.pk, keys=keyring(), actor=DEVI, now=LATER)
    assert (words, told) == (ACCESS.words, GIVEN.words)
    leaf = Leaf.objects.latest("position")
    assert b'"request:read"' in bytes(leaf.entry)
    said = LeafPayload.objects.get(leaf_id=leaf.pk).payload
    assert said == {"actor": f"officer:{DEVI.id}", "request": request.pk}
    with pytest.raises(OwnerOfficerNeeded):
        data_requests.read_request(request_id=request.pk, keys=keyring(), actor=BIKRAM, now=LATER)
    with pytest.raises(RequestNotKnown):
        data_requests.read_request(request_id=request.pk + 1, keys=keyring(), actor=DEVI, now=LATER)


def test_a_telephone_number_that_is_corrected_is_written_into_the_record(record_id):
    request = make(record_id, NEW_PHONE)
    assert fields_of(record_id)["phone"] == ASHA.phone
    given = answer(request)
    assert given.corrected == ["phone"]
    assert fields_of(record_id) == ASHA.as_fields() | {"phone": "+85298765432"}
    # What lay under the record's key before is read as before.
    assert kept_requests.said(request, keys=keyring()).right == "+85298765432"


def test_a_form_that_anybody_may_send_under_her_number_asks_for_nothing(record_id):
    forged = asha_applies(errand=replace(ERRAND, nonce="60" * 16), particulars=ESHA).record_id
    with pytest.raises(ApplicationNotArrived):
        make(forged)
    assert b'"application_not_arrived"' in newest_tag()
    assert not SubjectRequest.objects.exists()
    assert make(record_id).record_id == record_id


def test_a_number_that_no_telephone_has_is_refused_when_she_asks(record_id):
    with pytest.raises(PhoneMalformed):
        make(record_id, replace(NEW_PHONE, words=Words(wrong="Old.", right="12")))
    assert not SubjectRequest.objects.exists()


def test_what_a_certificate_stands_on_is_recorded_and_not_rewritten(record_id):
    wish = replace(NEW_PHONE, field="name", words=Words(wrong="CHAN Tai Man", right="CHAN Tai Mun"))
    assert answer(make(record_id, wish)).corrected == []
    assert fields_of(record_id) == ASHA.as_fields()


def test_a_correction_that_is_refused_changes_nothing(record_id):
    answer(make(record_id, NEW_PHONE), replace(REFUSED, ground="not_inaccurate"))
    assert fields_of(record_id) == ASHA.as_fields()


def test_what_is_held_is_not_corrected(record_id):
    request = make(record_id, NEW_PHONE)
    hold = retention.place_hold(record_id=record_id, reason="litigation", actor=DEVI, now=LATER)
    with pytest.raises(RecordKeptAsItIs):
        answer(request)
    assert fields_of(record_id) == ASHA.as_fields()
    assert not RequestAnswer.objects.exists()
    retention.lift_hold(hold_id=hold, actor=DEVI, now=LATER)
    assert answer(request).corrected == ["phone"]


def test_evidence_of_a_breach_is_not_corrected_and_the_request_can_be_answered_in_part(record_id):
    request = make(record_id, NEW_PHONE)
    reported(applications=frozenset({ERRAND.reference}))
    with pytest.raises(RecordKeptAsItIs):
        answer(request, now=REPORTED)
    assert answer(request, replace(IN_PART, ground="not_shown"), now=REPORTED).corrected == []
    assert fields_of(record_id) == ASHA.as_fields()


def test_an_address_waits_for_the_application_that_carries_it(record_id):
    request = make(record_id, replace(NEW_PHONE, field="email", words=Words(right="new@mail.example")))
    with pytest.raises(ApplicationStillOpen):
        answer(request)
    assert fields_of(record_id) == ASHA.as_fields()
    cases.close_case(case_id=Case.objects.get().pk, actor=WORKER, now=LATER)
    answer(request)
    assert fields_of(record_id)["email"] == "new@mail.example"


def test_one_thing_is_asked_once_until_it_is_answered(record_id):
    request = make(record_id)
    with pytest.raises(RequestWaits):
        make(record_id)
    make(record_id, NEW_PHONE)
    make(record_id, replace(NEW_PHONE, field="name"))
    answer(request)
    make(record_id)


def test_only_she_asks_and_only_the_owners_officers_answer(record_id):
    with pytest.raises(SubjectNotSignedIn):
        data_requests.make_request(
            session=session(record_id), wish=ACCESS, keys=keyring(), actor=WORKER, now=LATER
        )
    request = make(record_id)
    with pytest.raises(OwnerOfficerNeeded):
        answer(request, actor=BIKRAM)
    with pytest.raises(OwnerOfficerNeeded):
        tell_fee(request, actor=BIKRAM)
    assert not RequestAnswer.objects.exists()


def test_an_answer_is_final(record_id):
    request = make(record_id)
    answer(request)
    with pytest.raises(RequestAnswered):
        answer(request, REFUSED)
    with pytest.raises(RequestNotKnown):
        answer(SubjectRequest(pk=77))
    assert RequestAnswer.objects.get().outcome == "complied"


WRONG = [
    replace(REFUSED, ground=""),
    replace(REFUSED, ground="weather"),
    replace(REFUSED, ground="not_inaccurate"),  # of a correction
    replace(IN_PART, ground=""),
    replace(GIVEN, ground="identity"),
]


@pytest.mark.parametrize("reply", WRONG, ids=["none", "strange", "of_the_other_kind", "in_part", "complied"])
def test_something_is_refused_on_a_ground_of_the_ordinance_and_nothing_else(record_id, reply):
    with pytest.raises(GroundNotAllowed):
        answer(make(record_id), reply)
    assert not RequestAnswer.objects.exists()


def test_an_answer_has_words(record_id):
    with pytest.raises(AnswerNeedsWords):
        answer(make(record_id), replace(GIVEN, words=" "))


def test_the_log_of_refusals_holds_what_was_refused_in_whole_or_in_part(record_id):
    first = answer(make(record_id), REFUSED)
    second = answer(make(record_id), IN_PART, now=LATER + DAY)
    answer(make(record_id))
    assert [one.pk for one in kept_requests.refusals()] == [second.pk, first.pk]
    assert first.officer.number == FARAH.id


def test_access_costs_what_she_agreed_to(record_id):
    request = make(record_id)
    tell_fee(request)
    agree(request, record_id)
    assert answer(request).fee_minor == A_FEE


def test_a_fee_to_which_she_did_not_agree_is_not_charged(record_id):
    request = make(record_id)
    tell_fee(request)
    assert answer(request).fee_minor == 0


def test_a_refusal_is_free(record_id):
    request = make(record_id)
    tell_fee(request)
    agree(request, record_id)
    assert answer(request, REFUSED).fee_minor == 0


@pytest.mark.parametrize("amount", [0, -1, 5001])
def test_no_fee_is_above_the_ceiling_or_nothing(record_id, amount):
    with pytest.raises(FeeNotAllowed):
        tell_fee(make(record_id), amount)


def test_a_correction_is_free_and_a_fee_is_told_once(record_id):
    with pytest.raises(FeeNotAllowed):
        tell_fee(make(record_id, NEW_PHONE))
    request = make(record_id)
    tell_fee(request)
    with pytest.raises(FeeNotAllowed):
        tell_fee(request, 100)


def test_she_agrees_to_what_she_was_told_and_to_nobody_elses(record_id):
    request = make(record_id)
    with pytest.raises(NoFeeTold):
        agree(request, record_id)
    tell_fee(request)
    esha = asha_applies(errand=replace(ERRAND, reference="AP261100420"), particulars=ESHA)
    with pytest.raises(RequestNotKnown):
        agree(request, esha.record_id)
    with pytest.raises(RequestNotKnown):
        kept_requests.one_of(esha.record_id, request.pk)
    agree(request, record_id)
    with pytest.raises(NoFeeTold):
        agree(request, record_id)


def test_the_database_refuses_a_refusal_that_costs_or_has_no_ground(record_id):
    request = make(record_id)
    usual = {
        "id": keyring().draw_id(),
        "request": request,
        "officer": _devi(),
        "answered_at": LATER,
        "leaf_id": 1,
    }
    for wrong in ({"outcome": "refused"}, {"outcome": "refused", "ground": "identity", "fee_minor": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RequestAnswer.objects.create(**usual | wrong)


def _devi():
    from chopmark.strongroom.models import Officer

    return Officer.objects.get(number=DEVI.id)


def test_the_queue_has_the_nearest_day_first_and_answers_last(record_id):
    esha = home(asha_applies(errand=replace(ERRAND, reference="AP261100420"), particulars=ESHA))
    late = make(record_id)
    soon = make(esha.record_id, now=LATER + DAY)
    done = make(record_id, NEW_PHONE)
    answer(done)
    assert [one.pk for one in kept_requests.queue()] == [late.pk, soon.pk, done.pk]


def remind(now):
    return request_clock.remind(actor=CLOCK, now=now)


def test_the_owner_is_told_once_before_and_once_after_the_last_day(record_id):
    request = make(record_id)
    assert remind(LATER + 29 * DAY) == 0
    assert remind(LATER + 30 * DAY) == 1
    assert remind(LATER + 31 * DAY) == remind(LATER + 40 * DAY) == 0
    assert remind(LATER + 41 * DAY) == 1
    assert remind(LATER + 60 * DAY) == 0
    told = list(Alert.objects.order_by("leaf_id").values_list("pattern", "asker", "count"))
    asker = f"request/{request.reference}"
    assert told == [("request due", asker, 1), ("request overdue", asker, 1)]
    assert b'"alert:raised"' in newest_tag()


def test_the_owner_is_not_told_of_what_was_answered(record_id):
    answer(make(record_id))
    assert remind(LATER + 60 * DAY) == 0


def test_the_sweep_reminds(record_id, monkeypatch):
    make(record_id)
    monkeypatch.setattr(sweep, "close_old_connections", lambda: None)
    monkeypatch.setattr(sweep.clock, "now", lambda: LATER + 41 * DAY)
    sweep.sweep()
    assert Alert.objects.get().pattern == "request overdue"


def test_a_record_is_not_destroyed_while_a_request_waits(record_id, monkeypatch):
    cases.close_case(case_id=Case.objects.get().pk, actor=WORKER, now=LATER)
    request = make(record_id)
    long_after = LATER + 4000 * DAY
    terms = purposes.terms()
    by_clock = replace(terms.retention, shredding=retention.Shredding.BY_SCHEDULE)
    monkeypatch.setattr(retention, "terms", lambda: replace(terms, retention=by_clock))
    assert retention.count_due(now=long_after) == 0
    with pytest.raises(RetentionNotOver):
        retention.shred(record_id=record_id, actor=CLOCK, now=long_after)
    answer(request)
    assert retention.shred_due(actor=CLOCK, now=long_after) == 1


def test_the_policy_may_be_quicker_than_the_law(record_id, monkeypatch):
    terms = purposes.terms()
    quick = replace(terms.requests, answer_within=7 * DAY)
    monkeypatch.setattr(data_requests, "terms", lambda: replace(terms, requests=quick))
    assert make(record_id).due_on == date(2026, 11, 19)
