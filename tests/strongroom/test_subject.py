from dataclasses import replace
from datetime import timedelta

import pytest
from people import ERRAND, ESHA, LATER, NOW, WORKER, asha_applies

from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.errors import SubjectSignInRefused, TooManyAttempts
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Record, WrongSignIn
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import access_codes, cases, subject

pytestmark = pytest.mark.usefixtures("strongroom")


def sign_in(code, number="A123456(3)", now=LATER):
    return subject.sign_in(typed_hkid=number, code=code, keys=keyring(), actor=SUBJECT, now=now)


def test_it_works():
    submitted = asha_applies()
    assert sign_in(submitted.access_code) == submitted.record_id


def test_a_code_is_read_as_people_copy_it():
    code = asha_applies().access_code
    assert sign_in(f" {code[:4].lower()}-{code[4:8]} {code[8:]}".replace("0", "o").replace("1", "l"))


def test_a_wrong_number_and_a_wrong_code_look_alike():
    code = asha_applies().access_code
    for number, tried in (("A123456(3)", "0" * 12), (ESHA.hkid, code)):
        with pytest.raises(SubjectSignInRefused):
            sign_in(tried, number=number)
    assert WrongSignIn.objects.count() == 2


def test_each_record_has_its_own_code():
    first = asha_applies()
    second = asha_applies(errand=replace(ERRAND, reference="AP261100420"))
    assert sign_in(first.access_code) == first.record_id
    assert sign_in(second.access_code) == second.record_id


def test_forms_with_her_number_do_not_crowd_out_her_record():
    hers = asha_applies()
    cases.confirm_case(case_id=hers.case_id, actor=WORKER, now=NOW)
    for number in range(subject.MOST_RECORDS):
        asha_applies(errand=replace(ERRAND, reference=f"AP2611{number:05d}"), now=LATER)
    assert sign_in(hers.access_code) == hers.record_id


def test_after_too_many_wrong_ones_even_the_right_one_waits():
    submitted = asha_applies()
    for _ in range(terms().limits.subject_sign_ins_wrong_in_a_quarter):
        with pytest.raises(SubjectSignInRefused):
            sign_in("0" * 12)
    with pytest.raises(TooManyAttempts):
        sign_in(submitted.access_code)
    assert sign_in(submitted.access_code, now=LATER + subject.WINDOW) == submitted.record_id


def test_esha_is_not_locked_out_by_what_is_tried_on_asha():
    asha_applies()
    esha = asha_applies(errand=replace(ERRAND, reference="AP261100420"), particulars=ESHA)
    for _ in range(terms().limits.subject_sign_ins_wrong_in_a_quarter):
        with pytest.raises(SubjectSignInRefused):
            sign_in("0" * 12)
    assert sign_in(esha.access_code, number=ESHA.hkid) == esha.record_id


def test_a_shredded_record_lets_nobody_in():
    submitted = asha_applies()
    cases.shred(Record.objects.get(), LATER)
    with pytest.raises(SubjectSignInRefused):
        sign_in(submitted.access_code)


def test_what_is_only_counted_is_forgotten_after_a_day():
    asha_applies()
    with pytest.raises(SubjectSignInRefused):
        sign_in("0" * 12)
    subject.forget_wrong_sign_ins(now=LATER + timedelta(hours=23))
    assert WrongSignIn.objects.count() == 1
    subject.forget_wrong_sign_ins(now=LATER + timedelta(days=1))
    assert not WrongSignIn.objects.exists()


def test_every_letter_of_a_code_is_equally_likely():
    code = access_codes.from_octets(bytes(range(256)))
    assert {code.count(letter) for letter in access_codes.LETTERS} == {8}
