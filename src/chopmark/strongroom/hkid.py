"""The Hong Kong identity card number: its form, its check digit, its mask (DOMAIN 1.2)."""

import re
import unicodedata

from chopmark.strongroom.errors import HkidCheckDigitWrong, HkidMalformed

_FORM = re.compile(r"([A-Z]{1,2})([0-9]{6})\(?([0-9A])\)?")
_MISSING_LETTER = 36
_WEIGHTS = range(9, 1, -1)


def normalise(text: str) -> str:
    """The one writing of a number, "A1234563": capitals, check digit without brackets; or a refusal."""
    folded = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    form = _FORM.fullmatch(folded)
    if form is None or folded.count("(") != folded.count(")"):
        raise HkidMalformed
    letters, digits, check = form.groups()
    if check != check_digit(letters, digits):
        raise HkidCheckDigitWrong
    return f"{letters}{digits}{check}"


def check_digit(letters: str, digits: str) -> str:
    """Weights 9 to 2, letters from A = 10, an absent first letter as 36; the whole is divisible by 11."""
    absent = [_MISSING_LETTER] * (2 - len(letters))
    values = absent + [ord(letter) - ord("A") + 10 for letter in letters] + [int(digit) for digit in digits]
    remainder = sum(weight * value for weight, value in zip(_WEIGHTS, values, strict=True)) % 11
    return "0A987654321"[remainder]


def masked(normalised: str) -> str:
    """What a page may show of a number: its letters."""
    letters = re.match(r"[A-Z]+", normalised)
    return f"{letters.group() if letters else ''}••••••(•)"
