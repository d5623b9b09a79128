from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from people import ASHA, ERRAND, ESHA, LATER, NOW, WORKER, asha_applies, asked

from chopmark.strongroom import purposes, vault
from chopmark.strongroom.errors import (
    ApplicationNotOfCase,
    CallerLimitReached,
    CaseClosed,
    CaseExpired,
    CaseLimitReached,
    CaseUnknown,
    FieldNotOfPurpose,
    NothingAsked,
    PurposeNotForCaller,
    PurposeNotOfCase,
    PurposeUnknown,
    RecordLimitReached,
    RecordShredded,
    RecordTampered,
    TotalLimitReached,
)
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import Case, Leaf, Opening, Record
from chopmark.strongroom.policy.errors import PurposeLimitReached, PurposeOnlyCompares
from chopmark.strongroom.purposes import DESK
from chopmark.strongroom.services import cases, openings


def open_(ask, now=LATER):
    return openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=now)


@pytest.fixture
def case_id(strongroom):
    return asha_applies().case_id


@pytest.fixture
def limits(monkeypatch):
    """Set one of the owner's limits for this test."""

    def lower(**changes):
        terms = purposes.terms()
        case = replace(terms.case, **{k: v for k, v in changes.items() if k == "openings"})
        other = replace(terms.limits, **{k: v for k, v in changes.items() if k != "openings"})
        monkeypatch.setattr(openings, "terms", lambda: replace(terms, case=case, limits=other))

    return lower


def test_it_works(case_id):
    assert open_(asked(case_id, "name", "email")) == {"name": ASHA.name, "email": ASHA.email}
    opening = Opening.objects.get()
    assert (opening.purpose, opening.fields, opening.refused) == ("certificate", ["name", "email"], "")
    assert (opening.caller, opening.actor) == ("authority", "worker")
    assert opening.leaf_id == Leaf.objects.latest("id").pk
    assert signing.check()


def test_only_what_was_asked_for_leaves(case_id):
    assert open_(asked(case_id, "email")) == {"email": ASHA.email}


REFUSED = [
    (lambda c: asked(c, "phone"), FieldNotOfPurpose),
    (lambda c: asked(c, "name", "hkid"), FieldNotOfPurpose),
    (lambda c: asked(c, "password"), FieldNotOfPurpose),
    (asked, NothingAsked),
    (lambda c: asked(c, "phone", purpose="service promotion"), PurposeUnknown),
    (lambda c: asked(c, "name", purpose="identity_check"), PurposeNotForCaller),
    (lambda c: asked(c, "name", caller=DESK), PurposeNotForCaller),
    (lambda c: asked(c, "name", application="AP261100420"), ApplicationNotOfCase),
]


@pytest.mark.parametrize(("ask", "refusal"), REFUSED, ids=lambda value: getattr(value, "code", None))
def test_a_refusal_shows_nothing_and_is_in_the_subjects_history(case_id, ask, refusal):
    with pytest.raises(refusal):
        open_(ask(case_id))
    line = Opening.objects.get()
    assert line.refused == refusal.code
    assert b'"refused":"%s"' % refusal.code.encode() in bytes(Leaf.objects.latest("id").entry)


def test_a_purpose_that_the_case_was_not_opened_for_is_refused(case_id):
    Case.objects.update(purposes=["identity_check"])
    with pytest.raises(PurposeNotOfCase):
        open_(asked(case_id, "name"))


def test_a_case_that_nobody_opened_is_refused_and_logged(case_id):
    before = Leaf.objects.count()
    with pytest.raises(CaseUnknown):
        open_(asked(uuid4(), "name"))
    assert Leaf.objects.count() == before + 1
    assert not Opening.objects.exists()


def test_a_closed_case_opens_nothing(case_id):
    cases.close_case(case_id=case_id, actor=WORKER, now=LATER)
    cases.close_case(case_id=case_id, actor=WORKER, now=LATER)
    with pytest.raises(CaseClosed):
        open_(asked(case_id, "name"))


def test_a_case_runs_out(case_id):
    cases.confirm_case(case_id=case_id, actor=WORKER, now=LATER)
    closes_at = Case.objects.get().closes_at
    assert open_(asked(case_id, "name"), now=closes_at - timedelta(seconds=1))
    with pytest.raises(CaseExpired):
        open_(asked(case_id, "name"), now=closes_at)


def test_an_unconfirmed_case_runs_out_after_its_hours(case_id):
    with pytest.raises(CaseExpired):
        open_(asked(case_id, "name"), now=NOW + purposes.terms().case.unconfirmed_for)


def test_using_a_case_confirms_it(case_id):
    open_(asked(case_id, "name"))
    assert Case.objects.get().confirmed_at == LATER
    assert open_(asked(case_id, "name"), now=NOW + timedelta(days=30))


def test_a_shredded_record_opens_nothing(case_id):
    cases.shred(Record.objects.get(), LATER)
    with pytest.raises(RecordShredded):
        open_(asked(case_id, "name"))


@pytest.mark.parametrize(
    ("limit", "refusal"),
    [
        ("openings", CaseLimitReached),
        ("openings_per_record_in_a_day", RecordLimitReached),
        ("openings_per_caller_in_an_hour", CallerLimitReached),
        ("openings_in_an_hour", TotalLimitReached),
    ],
)
def test_each_limit_holds_at_its_number(case_id, limits, limit, refusal):
    limits(**{limit: 2})
    open_(asked(case_id, "name"))
    open_(asked(case_id, "name"))
    with pytest.raises(refusal):
        open_(asked(case_id, "name"))


@pytest.mark.parametrize(
    ("limit", "free_after"), [("per_hour", timedelta(hours=1)), ("per_day", timedelta(days=1))]
)
def test_a_purpose_has_its_own_limits(case_id, monkeypatch, limit, free_after):
    terms = purposes.terms()
    certificate = replace(terms.purposes["certificate"], **{limit: 1})
    tight = replace(terms, purposes={**terms.purposes, "certificate": certificate})
    monkeypatch.setattr(openings, "terms", lambda: tight)
    open_(asked(case_id, "name"))
    with pytest.raises(PurposeLimitReached):
        open_(asked(case_id, "name"), now=LATER + free_after - timedelta(seconds=1))
    assert find(case_id) == NOBODY
    assert open_(asked(case_id, "name"), now=LATER + free_after)


def test_refusals_use_up_no_limit(case_id, limits):
    limits(openings=1)
    for _ in range(3):
        with pytest.raises(FieldNotOfPurpose):
            open_(asked(case_id, "phone"))
    assert open_(asked(case_id, "name"))


def test_an_hour_later_the_door_may_open_again(case_id, limits):
    limits(openings_in_an_hour=1)
    open_(asked(case_id, "name"))
    assert open_(asked(case_id, "name"), now=LATER + timedelta(hours=1))


def test_a_tampered_record_shows_nothing_but_the_opening_stays(case_id):
    record = Record.objects.get()
    record.ciphertext = bytes(record.ciphertext)[:-1] + bytes([bytes(record.ciphertext)[-1] ^ 1])
    record.save()
    with pytest.raises(RecordTampered):
        open_(asked(case_id, "name"))
    assert Opening.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_opening_is_on_disk_before_a_value_is_read(monkeypatch):
    case_id = asha_applies().case_id
    seen_by_another = []

    def crash(locked, *, kek):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("select refused, fields from strongroom_opening")
            seen_by_another.extend(cursor.fetchall())
        other.close()
        raise MemoryError

    monkeypatch.setattr(vault, "unlock", crash)
    with pytest.raises(MemoryError):
        open_(asked(case_id, "name"))
    assert seen_by_another == [("", ["name"])]
    assert Opening.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_opening_inside_somebodys_transaction_is_a_fault():
    case_id = asha_applies().case_id
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        open_(asked(case_id, "name"))


def find(case_id, purpose="duplicate_check"):
    ask = asked(case_id, "hkid", purpose=purpose, application=None)
    return openings.find(asked=ask, actor=WORKER, now=LATER)


NOBODY = openings.Found(records=(), more=False)


def test_what_is_only_compared_is_never_shown(case_id):
    """Found by the thief: asked to open for the purpose of `find`, the door gave the whole number."""
    with pytest.raises(PurposeOnlyCompares):
        open_(asked(case_id, "hkid", purpose="duplicate_check"))
    with pytest.raises(PurposeOnlyCompares):
        open_(asked(case_id, "hkid:masked", purpose="duplicate_check"))
    assert [line.refused for line in Opening.objects.all()] == [PurposeOnlyCompares.code] * 2
    assert find(case_id) == NOBODY


def came_home(reference, *, particulars=ASHA, now=NOW):
    submitted = asha_applies(errand=replace(ERRAND, reference=reference), particulars=particulars, now=now)
    cases.confirm_case(case_id=submitted.case_id, actor=WORKER, now=now)
    return submitted


def test_find_names_the_other_live_records_and_tells_their_subjects(case_id):
    again = came_home("AP261100420")
    came_home("AP261100421", particulars=ESHA)
    assert find(case_id) == openings.Found(records=(again.record_id,), more=False)
    assert set(Opening.objects.values_list("record_id", "purpose")) == {
        (Case.objects.get(pk=case_id).record_id, "duplicate_check"),
        (again.record_id, "duplicate_check"),
    }


def test_find_sees_no_shredded_record(case_id):
    again = came_home("AP261100420")
    cases.shred(Record.objects.get(pk=again.record_id), LATER)
    assert find(case_id) == NOBODY


def test_forms_with_her_number_that_nobody_came_home_with_cost_her_nothing(case_id):
    for number in range(purposes.terms().case.openings + 1):
        asha_applies(errand=replace(ERRAND, reference=f"AP2611{number:05d}"))
    assert find(case_id) == NOBODY
    assert Opening.objects.count() == 1
    assert open_(asked(case_id, "name"))


def test_find_names_the_oldest_and_says_that_there_are_more(case_id, monkeypatch):
    monkeypatch.setattr(openings, "MOST_FOUND", 2)
    first, second = came_home("AP261100420"), came_home("AP261100421", now=LATER)
    assert find(case_id) == openings.Found(records=(first.record_id, second.record_id), more=False)
    came_home("AP261100422", now=LATER + timedelta(seconds=1))
    assert find(case_id) == openings.Found(records=(first.record_id, second.record_id), more=True)


def test_find_is_one_opening_for_the_asker_and_the_house(case_id, limits):
    came_home("AP261100420")
    came_home("AP261100421")
    limits(openings=2, openings_in_an_hour=2, openings_per_caller_in_an_hour=2)
    find(case_id)
    assert open_(asked(case_id, "name"))
    with pytest.raises(CaseLimitReached):
        open_(asked(case_id, "name"))


def test_being_named_does_not_count_against_a_record(case_id, limits):
    limits(openings_per_record_in_a_day=1)
    other = came_home("AP261100420")
    assert find(case_id).records == (other.record_id,)
    assert open_(asked(other.case_id, "name", application="AP261100420"))


def test_find_needs_its_purpose(case_id):
    with pytest.raises(PurposeUnknown):
        find(case_id, purpose="curiosity")
