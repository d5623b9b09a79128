from dataclasses import replace
from datetime import timedelta

import pytest
from people import ASHA, BIKRAM, CHANDRA, ERRAND, ESHA, LATER, asha_applies, visit_of

from chopmark.strongroom.client import read_receipt
from chopmark.strongroom.errors import (
    ApplicationNotOfCase,
    HkidCheckDigitWrong,
    IdentityNumberDiffers,
    SightingNotChecked,
    SightingTaken,
    TooManyMismatches,
)
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Opening
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services.sighting import check_sighting, confirm_sighting


@pytest.fixture
def visit(strongroom):
    return visit_of(asha_applies().case_id)


def check(visit, typed="A123456(3)", actor=BIKRAM, now=LATER):
    return check_sighting(visit=visit, typed=typed, keys=keyring(), actor=actor, now=now)


def confirm(visit, actor=BIKRAM, now=LATER):
    return confirm_sighting(visit=visit, keys=keyring(), actor=actor, now=now)


def test_it_works(visit, home):
    person = check(visit)
    assert (person.name, person.chinese_name, person.birth_date) == (
        ASHA.name,
        ASHA.chinese_name,
        ASHA.birth_date,
    )
    receipt = read_receipt(confirm(visit), key=(home / "owner" / "strongroom" / "receipt.pub").read_bytes())
    assert (receipt.officer, receipt.case, receipt.nonce) == ("20417", visit.case_id, visit.nonce)
    assert receipt.matches
    assert receipt.fields == ("name", "birth_date", "hkid")


def test_the_comparison_and_the_showing_are_both_in_the_history(visit):
    check(visit)
    lines = Opening.objects.order_by("leaf_id").values_list("fields", "caller", "actor", "purpose")
    assert list(lines) == [
        (["hkid"], "desk", "20417", "identity_check"),
        (["name", "chinese_name", "birth_date"], "desk", "20417", "identity_check"),
    ]


def test_a_number_that_differs_shows_nothing_and_is_in_the_history(visit):
    with pytest.raises(IdentityNumberDiffers):
        check(visit, typed=ESHA.hkid)
    line = Opening.objects.get()
    assert (line.refused, line.fields) == ("identity_number_differs", ["hkid"])


def test_a_slip_of_the_finger_is_told_before_anything_is_compared(visit):
    with pytest.raises(HkidCheckDigitWrong):
        check(visit, typed="A123456(4)")
    assert not Opening.objects.exists()


def test_typing_is_not_for_guessing(visit):
    for _ in range(terms().limits.mismatches_per_case):
        with pytest.raises(IdentityNumberDiffers):
            check(visit, typed=ESHA.hkid)
    with pytest.raises(TooManyMismatches):
        check(visit)


def test_another_applications_case_is_refused(visit):
    with pytest.raises(ApplicationNotOfCase):
        check(replace(visit, reference="AP261100420"))


def test_a_squatters_case_of_the_same_reference_is_another_persons(visit):
    squatters = asha_applies(errand=replace(ERRAND, nonce="aa" * 16), particulars=ESHA).case_id
    assert check(visit).name == ASHA.name
    with pytest.raises(IdentityNumberDiffers):
        check(replace(visit, case_id=squatters))


def test_nobody_confirms_what_she_did_not_compare(visit):
    with pytest.raises(SightingNotChecked):
        confirm(visit)
    check(visit)
    with pytest.raises(SightingNotChecked):
        confirm(visit, actor=CHANDRA)


def test_a_comparison_holds_for_half_an_hour(visit):
    check(visit)
    with pytest.raises(SightingNotChecked):
        confirm(visit, now=LATER + timedelta(minutes=30))


def test_a_later_mismatch_takes_the_comparison_back(visit):
    check(visit)
    with pytest.raises(IdentityNumberDiffers):
        check(visit, typed=ESHA.hkid)
    with pytest.raises(SightingNotChecked):
        confirm(visit)


def test_the_same_visit_has_the_same_receipt(visit):
    check(visit)
    assert confirm(visit) == confirm(visit, now=LATER + timedelta(minutes=1))


def test_a_visit_is_one_officers(visit):
    check(visit)
    confirm(visit)
    check(visit, actor=CHANDRA)
    with pytest.raises(SightingTaken):
        confirm(visit, actor=CHANDRA)
    assert confirm(replace(visit, nonce="c1" * 16), actor=CHANDRA)
