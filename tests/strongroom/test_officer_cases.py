"""An officer's own case: for a purpose of hers, with a reason, masked unless she says why, and hers alone."""

import pytest
from owners_stage import DEVI, FARAH, home, officers_are_in, officers_case
from people import ASHA, BIKRAM, CHANDRA, ERRAND, ESHA, LATER, asha_applies

from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, LeafPayload, Opening, Record
from chopmark.strongroom.policy.errors import (
    AskerStopped,
    CaseNotYours,
    PurposeNotOfRole,
    ReasonMissing,
    RecordUnknown,
)
from chopmark.strongroom.policy.models import Attempt, Suspension
from chopmark.strongroom.policy.registers import OfficerCase, OpeningReason
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import cases, officer_cases
from chopmark.strongroom.services.two_persons import Wish


@pytest.fixture
def asha(strongroom):
    officers_are_in()
    return home(asha_applies())


def open_(case_id, *fields, purpose="enquiry", why="", actor=BIKRAM):
    wish = Wish(case_id=case_id, purpose=purpose, fields=frozenset(fields), why=why)
    return officer_cases.open_fields(wish=wish, keys=keyring(), actor=actor, now=LATER)


def test_it_works(asha):
    case_id = officers_case()
    assert open_(case_id, "name", "phone:masked") == {"name": ASHA.name, "phone:masked": "••••4567"}
    said = officer_cases.said(OfficerCase.objects.get(), keys=keyring())
    assert (said.file, said.why) == ("ENQ/118", "She asked.")
    assert [one.pk for one in officer_cases.own(BIKRAM.id)] == [case_id]
    assert not OpeningReason.objects.exists()


def test_what_she_typed_is_in_no_row_and_no_leaf_in_the_clear(asha):
    officers_case(why="For CHAN Tai Man.")
    of = OfficerCase.objects.get()
    assert b"Tai Man" not in bytes(of.ciphertext)
    assert "Tai Man" not in str(list(LeafPayload.objects.values_list("payload", flat=True)))


def test_what_she_typed_goes_with_the_record(asha):
    officers_case()
    cases.shred(Record.objects.get(), LATER)
    said = officer_cases.said(OfficerCase.objects.select_related("case__record").get(), keys=keyring())
    assert (said.file, said.why) == ("", "")


@pytest.mark.parametrize(
    ("purpose", "actor"), [("lawful_request", BIKRAM), ("enquiry", DEVI), ("correction", FARAH)], ids=str
)
def test_a_purpose_is_for_some_officers(asha, purpose, actor):
    with pytest.raises(PurposeNotOfRole):
        officers_case(purpose, actor)
    assert not OfficerCase.objects.exists()


def test_the_policy_says_whose_purposes_they_are():
    assert terms().purposes["lawful_request"].officers == {"owner"}
    assert terms().purposes["enquiry"].officers == {"counter"}


def test_a_case_needs_a_reason(asha):
    with pytest.raises(ReasonMissing):
        officers_case(why="  ")


def test_a_value_in_full_needs_a_reason_that_is_kept(asha, monkeypatch):
    from dataclasses import replace

    usual = terms()
    alone = replace(usual.purposes["correction"], two_persons=False)
    mine = replace(usual, purposes={**usual.purposes, "correction": alone})
    for module in ("openings", "officer_cases", "leave_to_open"):
        monkeypatch.setattr(f"chopmark.strongroom.services.{module}.terms", lambda: mine)
    case_id = officers_case("correction")
    with pytest.raises(ReasonMissing):
        open_(case_id, "phone", purpose="correction")
    assert Opening.objects.get().refused == "reason_missing"
    assert open_(case_id, "phone", purpose="correction", why="To call her.") == {"phone": ASHA.phone}
    reason = OpeningReason.objects.get()
    assert reason.opening.fields == ["phone"]
    assert b"call" not in bytes(reason.ciphertext)


def test_a_case_is_its_officers_alone(asha):
    case_id = officers_case()
    with pytest.raises(CaseNotYours):
        open_(case_id, "name", actor=CHANDRA)
    assert Opening.objects.get().refused == "case_not_yours"


def test_only_an_application_that_came_home_is_found(strongroom):
    officers_are_in()
    asha_applies()
    with pytest.raises(RecordUnknown):
        officers_case()
    with pytest.raises(RecordUnknown):
        officers_case(application="AP261100999")


def test_a_number_that_two_records_have_finds_neither(asha):
    from dataclasses import replace

    home(asha_applies(errand=replace(ERRAND, nonce="77" * 16), particulars=ESHA))
    with pytest.raises(RecordUnknown):
        officers_case()


def test_who_guesses_numbers_is_slowed_and_stopped(asha):
    from datetime import timedelta

    rule = next(one for one in terms().patterns if one.name == "refused_again_and_again")
    for number in range(rule.stop_at):
        with pytest.raises(RecordUnknown):
            when = LATER + number * (rule.slow_for + timedelta(seconds=1))
            officers_case(application=f"AP26119{number:04d}", now=when)
    assert Attempt.objects.filter(verb="leave", refused="record_unknown").count() == rule.stop_at
    assert Suspension.objects.get().asker == f"desk/{BIKRAM.id}"
    with pytest.raises(AskerStopped):
        officers_case(now=when + timedelta(minutes=30))
    assert Case.objects.filter(kind="officer").count() == 0


def test_what_may_be_asked_is_masked_first():
    assert officer_cases.askable(terms().purposes["enquiry"]) == [
        "name",
        "chinese_name",
        "hkid:masked",
        "email:masked",
        "phone:masked",
    ]
    both = officer_cases.askable(terms().purposes["correction"])
    assert both.index("hkid:masked") + 1 == both.index("hkid")
