from datetime import date

import pytest

from chopmark.strongroom import particulars as rules
from chopmark.strongroom.errors import (
    BirthDateNotPlausible,
    ChineseNameMalformed,
    EmailMalformed,
    NameMalformed,
    NameTooLong,
    PhoneMalformed,
)

TODAY = date(2026, 11, 12)


def test_it_works():
    assert rules.read_name("CHAN  Tai Man ") == "CHAN Tai Man"


@pytest.mark.parametrize("name", ["CHAN, Tai Man", "O'BRIEN Mary-Jane", "NG", "D’SOUZA Rosa"])
def test_names_as_cards_have_them(name):
    assert rules.read_name(name) == name.replace("’", "'")


@pytest.mark.parametrize("name", ["", "陳大文", "CHAN 3", "<b>", "CHAN\u202e Tai", "-CHAN", "CHAN=Tai"])
def test_a_name_that_no_certificate_can_carry_is_refused(name):
    with pytest.raises(NameMalformed):
        rules.read_name(name)


def test_a_common_name_has_room_for_64():
    assert rules.read_name("A" * 64)
    with pytest.raises(NameTooLong):
        rules.read_name("A" * 65)


def test_a_chinese_name_is_optional_and_chinese():
    assert rules.read_chinese_name(" ") is None
    assert rules.read_chinese_name("陳 大文") == "陳大文"
    with pytest.raises(ChineseNameMalformed):
        rules.read_chinese_name("Chan")


@pytest.mark.parametrize("born", [date(2026, 11, 13), date(1890, 1, 1)])
def test_nobody_is_born_tomorrow_or_130_years_ago(born):
    with pytest.raises(BirthDateNotPlausible):
        rules.read_birth_date(born, today=TODAY)


@pytest.mark.parametrize(
    ("born", "band"),
    [(date(2008, 11, 12), "adult"), (date(2008, 11, 13), "minor"), (date(2008, 2, 29), "adult")],
)
def test_the_eighteenth_birthday_itself_makes_an_adult(born, band):
    assert rules.age_band(born, TODAY) == band


@pytest.mark.parametrize(
    "email", ["a@b", "a b@c.example", "陳@mail.example", "a@mail.example\n.x", "x" * 65 + "@a.example"]
)
def test_an_address_that_no_rfc822name_can_carry_is_refused(email):
    with pytest.raises(EmailMalformed):
        rules.read_email(email)


def test_no_address_is_an_answer():
    assert rules.read_email("  ") is None
    assert rules.read_email("tai.man+x@mail.example") == "tai.man+x@mail.example"


def test_phones_get_their_country():
    assert rules.read_phone("5000 0000") == "+85250000000"
    assert rules.read_phone("+44 20 7946 0000") == "+442079460000"
    for wrong in ("1234", "+852 123", "phone", ""):
        with pytest.raises(PhoneMalformed):
            rules.read_phone(wrong)
