"""PIN envelopes as paper: the number outside, its check figure, and the PIN inside."""

import re
from collections.abc import Callable

from chopmark.authority.keymaking.errors import EnvelopeCheckFigure

# Without 0 O, 1 I L, 2 Z, 5 S, 8 B: nobody can misread the paper. Twelve of twenty-five: 55 bits.
PIN_ALPHABET = "34679ACDEFGHJKMNPQRTUVWXY"
PIN_LENGTH = 12
NUMBER_LENGTH = 8
PRINTED = re.compile(r"([0-9]{4}) ?([0-9]{4})-?([0-9])")

Randomness = Callable[[int], bytes]


def check_figure(number: str) -> str:
    """The figure after the dash (ISO/IEC 7812-1 annex B): catches every wrong figure and nearly every swap of two.

    >>> check_figure("04817236")
    '5'
    """
    total = 0
    for place, figure in enumerate(reversed(number)):
        value = int(figure) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


def printed(number: str) -> str:
    """As it stands on the paper.

    >>> printed("04817236")
    '0481 7236-5'
    """
    return f"{number[:4]} {number[4:]}-{check_figure(number)}"


def read_number(text: str) -> str:
    """The number that was typed or scanned, if its check figure agrees.

    >>> read_number("0481 7236-5")
    '04817236'
    """
    found = PRINTED.fullmatch(text.strip())
    if found is None or check_figure(found[1] + found[2]) != found[3]:
        raise EnvelopeCheckFigure
    return found[1] + found[2]


def make_pin(randomness: Randomness) -> str:
    """Twelve characters, each as likely as any other: octets that would favour some are thrown away."""
    fair = 256 - 256 % len(PIN_ALPHABET)
    pin = ""
    while len(pin) < PIN_LENGTH:
        octets = (octet for octet in randomness(PIN_LENGTH) if octet < fair)
        pin += "".join(PIN_ALPHABET[octet % len(PIN_ALPHABET)] for octet in octets)
    return pin[:PIN_LENGTH]
