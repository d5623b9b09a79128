"""Serial numbers from randomness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chopmark.authority.kernel.identifiers import CertificateId, serial_from


def test_it_works():
    assert serial_from(bytes(16)) == b"\x40" + bytes(15)
    assert CertificateId(1, b"\x40\xab").serial_hex == "40AB"


@given(st.binary(min_size=16, max_size=16))
def test_it_is_positive_always_as_long_and_needs_no_padding(randomness):
    serial = serial_from(randomness)

    assert len(serial) == 16
    assert 0x40 <= serial[0] <= 0x7F
    assert serial[1:] == randomness[1:]


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_what_differs_in_126_bits_stays_different(one, other):
    same = serial_from(one) == serial_from(other)
    assert same == (one[1:] == other[1:] and one[0] & 0x3F == other[0] & 0x3F)


@pytest.mark.parametrize("length", [0, 8, 15, 17, 20])
def test_too_little_or_too_much_randomness_is_a_mistake(length):
    with pytest.raises(ValueError, match="16 random octets"):
        serial_from(bytes(length))
