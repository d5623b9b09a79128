import pytest

from chopmark.authority.keymaking.envelopes import (
    PIN_ALPHABET,
    PIN_LENGTH,
    check_figure,
    make_pin,
    printed,
    read_number,
)
from chopmark.authority.keymaking.errors import EnvelopeCheckFigure


def test_it_works():
    assert printed("04817236") == "0481 7236-5"
    assert read_number("0481 7236-5") == "04817236"


@pytest.mark.parametrize("text", ["048172365", " 0481 7236-5 ", "04817236-5", "0481 72365"])
def test_it_is_read_as_people_and_scanners_give_it(text):
    assert read_number(text) == "04817236"


@pytest.mark.parametrize("place", range(9))
@pytest.mark.parametrize("difference", range(1, 10))
def test_every_single_wrong_figure_is_caught(place, difference):
    figures = [int(figure) for figure in "04817236" + check_figure("04817236")]
    figures[place] = (figures[place] + difference) % 10
    with pytest.raises(EnvelopeCheckFigure):
        read_number("".join(map(str, figures)))


@pytest.mark.parametrize(
    "text", ["", "0481 7236", "0481-7236-5", "0481 7236-55", "٠٤٨١ ٧٢٣٦-٥", "abcd efgh-i"]
)
def test_what_is_not_a_number_is_refused(text):
    with pytest.raises(EnvelopeCheckFigure):
        read_number(text)


def test_a_pin_uses_every_letter_equally_often():
    octets = iter(range(256))

    def every_octet_once(count):
        return bytes(next(octets, 255) for _ in range(count))

    pins = "".join(make_pin(every_octet_once) for _ in range(20))

    assert len(pins) == 20 * PIN_LENGTH
    counts = {letter: pins.count(letter) for letter in PIN_ALPHABET}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_octets_that_would_favour_a_letter_are_thrown_away():
    rounds = iter([b"\xff" * PIN_LENGTH, b"\x00" * PIN_LENGTH])
    assert make_pin(lambda count: next(rounds)) == PIN_ALPHABET[0] * PIN_LENGTH
