import pytest

from chopmark.authority.custody.errors import SealBroken
from chopmark.authority.custody.sealing import seal, unseal
from chopmark.authority.custody.software_token import UnsafeSoftwareToken
from chopmark.authority.custody.token import KeyAlgorithm

pytestmark = pytest.mark.filterwarnings("ignore::chopmark.authority.custody.software_token.UnsafeTokenInUse")

RANDOMNESS = bytes(range(32))


@pytest.fixture
def token(tmp_path):
    return UnsafeSoftwareToken(tmp_path, b"correct horse")


@pytest.fixture
def handle(token):
    return token.generate("envelope", KeyAlgorithm.X25519)


@pytest.fixture
def sealed(token, handle):
    return seal(token.public_key_der(handle), b"a secret", context=b"one", randomness=RANDOMNESS)


def test_it_works(token, handle, sealed):
    assert unseal(token, handle, sealed, context=b"one") == b"a secret"
    assert b"a secret" not in sealed


def test_it_opens_in_its_own_context_only(token, handle, sealed):
    with pytest.raises(SealBroken):
        unseal(token, handle, sealed, context=b"two")


def test_another_key_does_not_open_it(token, sealed):
    other = token.generate("other", KeyAlgorithm.X25519)
    with pytest.raises(SealBroken):
        unseal(token, other, sealed, context=b"one")


@pytest.mark.parametrize("place", [0, 1, 33, -1])
def test_a_changed_octet_breaks_it(token, handle, sealed, place):
    changed = bytearray(sealed)
    changed[place] ^= 1
    with pytest.raises(SealBroken):
        unseal(token, handle, bytes(changed), context=b"one")


def test_a_short_value_is_broken_not_a_crash(token, handle):
    with pytest.raises(SealBroken):
        unseal(token, handle, b"\x01short", context=b"one")
