import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.strongroom import hkid
from chopmark.strongroom.errors import HkidCheckDigitWrong, HkidMalformed

letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=2)
digits = st.text("0123456789", min_size=6, max_size=6)
WEIGHTED = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def test_it_works():
    assert hkid.normalise("A123456(3)") == "A1234563"


@given(letters, digits)
def test_the_whole_number_with_its_check_digit_is_divisible_by_eleven(prefix, six):
    # By another road: all nine places, weights 9 to 1, a missing first letter counting 36.
    values = [WEIGHTED.index(letter) for letter in prefix.rjust(2, "?") if letter != "?"]
    values = [36] * (2 - len(values)) + values + [int(digit) for digit in six]
    check = hkid.check_digit(prefix, six)
    values.append(10 if check == "A" else int(check))
    assert sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True)) % 11 == 0


@given(letters, digits, st.sampled_from("0123456789A"))
def test_exactly_one_check_digit_fits(prefix, six, check):
    typed = f"{prefix}{six}({check})"
    if check == hkid.check_digit(prefix, six):
        assert hkid.normalise(typed) == f"{prefix}{six}{check}"
    else:
        with pytest.raises(HkidCheckDigitWrong):
            hkid.normalise(typed)


@pytest.mark.parametrize("typed", ["a1234563", " A 123456 (3) ", "Ａ１２３４５６（３）"])
def test_one_number_has_one_writing(typed):
    assert hkid.normalise(typed) == "A1234563"


@pytest.mark.parametrize(
    "typed", ["", "1234563", "ABC1234563", "A123456", "A1234563(", "A12345(63)", "A123456(3)x"]
)
def test_what_is_not_a_number_is_refused(typed):
    with pytest.raises(HkidMalformed):
        hkid.normalise(typed)


def test_a_mask_shows_letters_only():
    assert hkid.masked("A1234563") == "A••••••(•)"
    assert hkid.masked("XY1234563") == "XY••••••(•)"
