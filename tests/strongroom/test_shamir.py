"""Laws of the sharing of a secret."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chopmark.strongroom.keys import shamir


@st.composite
def splits(draw):
    of = draw(st.integers(1, 8))
    needed = draw(st.integers(1, of))
    secret = draw(st.binary(min_size=1, max_size=16))
    shares = shamir.split(
        secret, needed=needed, of=of, draw=lambda size: draw(st.binary(min_size=size, max_size=size))
    )
    return secret, needed, draw(st.permutations(sorted(shares.items())))


@settings(deadline=None)
@given(splits())
def test_any_of_enough_give_the_secret(made):
    secret, needed, shares = made
    for many in range(needed, len(shares) + 1):
        assert shamir.combine(dict(shares[:many])) == secret


@settings(deadline=None, max_examples=8)
@given(st.binary(min_size=1, max_size=1), st.binary(min_size=2, max_size=2), st.permutations(range(1, 6)))
def test_one_too_few_is_as_consistent_with_every_secret(secret, drawn, numbers):
    """Whatever two of three shares are: each of the 256 secrets is met by exactly one third share."""
    rest = iter(drawn)
    shares = shamir.split(secret, needed=3, of=5, draw=lambda _: bytes([next(rest)]))
    known = {number: shares[number] for number in numbers[:2]}
    met = [shamir.combine(known | {numbers[2]: bytes([third])}) for third in range(256)]
    assert sorted(met) == [bytes([value]) for value in range(256)]


@pytest.mark.parametrize("secret", [0, 1, 0x53, 255])
def test_one_share_is_evenly_spread_whatever_the_secret(secret):
    seen = {
        shamir.split(bytes([secret]), needed=2, of=2, draw=lambda _, c=coefficient: bytes([c]))[2]
        for coefficient in range(256)
    }
    assert len(seen) == 256


def test_the_field_is_that_of_aes():
    assert shamir._times(0x57, 0x83) == 0xC1  # FIPS 197 §4.2's own example
    assert all(shamir._times(a, shamir._inverse(a)) == 1 for a in range(1, 256))


@pytest.mark.parametrize(("needed", "of"), [(0, 5), (6, 5), (3, 256)])
def test_what_cannot_be_split_is_refused(needed, of):
    with pytest.raises(ValueError, match="split"):
        shamir.split(b"secret", needed=needed, of=of, draw=bytes)


@pytest.mark.parametrize("shares", [{}, {0: b"a"}, {1: b"a", 2: b"ab"}])
def test_what_are_no_shares_are_refused(shares):
    with pytest.raises(ValueError, match="shares"):
        shamir.combine(shares)
