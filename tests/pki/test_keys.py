"""Keys that are good enough are certified; each kind of bad one is refused by its own clause."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chopmark.pki import der, keys, oids
from chopmark.pki.curves import is_on_p256
from chopmark.pki.keyids import key_bits, key_identifier
from chopmark.pki.keys import KeyPolicy, require_good_key
from chopmark.pki.profiles import KeyKind
from chopmark.pki.weakness import has_close_primes, has_roca_fingerprint
from pki.world import a_key, spki_of

POLICY = KeyPolicy()


def rsa_spki(modulus, exponent=65537):
    key = der.sequence(der.integer(modulus), der.integer(exponent))
    return der.sequence(der.sequence(der.oid(oids.RSA_ENCRYPTION), der.null()), der.bit_string(key))


def ec_spki(point, curve=oids.P256):
    return der.sequence(der.sequence(der.oid(oids.EC_PUBLIC_KEY), der.oid(curve)), der.bit_string(point))


@pytest.fixture(scope="module")
def modulus():
    return rsa.generate_private_key(65537, 2048).public_key().public_numbers().n


def test_it_works():
    facts = require_good_key(spki_of(a_key()), POLICY)

    assert (facts.kind, facts.bits, facts.parameter) == (KeyKind.EC, 256, oids.P256)
    assert facts.spki_sha256 == hashlib.sha256(spki_of(a_key())).digest()


def test_a_good_rsa_key_is_good(modulus):
    facts = require_good_key(rsa_spki(modulus), POLICY)

    assert (facts.kind, facts.bits) == (KeyKind.RSA, 2048)


@pytest.mark.parametrize(
    ("key", "policy", "kind"),
    [
        (ed25519.Ed25519PrivateKey.generate(), KeyPolicy(ed25519=True), KeyKind.ED25519),
        (
            mldsa.MLDSA65PrivateKey.generate(),
            KeyPolicy(ml_dsa=frozenset({oids.ML_DSA_65})),
            KeyKind.ML_DSA,
        ),
    ],
)
def test_newer_kinds_are_for_policies_that_name_them(key, policy, kind):
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    assert require_good_key(spki, policy).kind is kind
    with pytest.raises(keys.WeakKeyAlgorithm):
        require_good_key(spki, POLICY)


def test_a_key_of_1024_bits_is_refused():
    with pytest.raises(keys.WeakKeySize):
        require_good_key(spki_of(rsa.generate_private_key(65537, 1024)), POLICY)


def test_a_key_whose_length_is_no_multiple_of_eight_is_refused(modulus):
    with pytest.raises(keys.WeakKeySize):
        require_good_key(rsa_spki(modulus * 4 + 1), POLICY)


@pytest.mark.parametrize("exponent", [3, 65535, 2**256 + 1])
def test_an_exponent_outside_its_bounds_is_refused(modulus, exponent):
    with pytest.raises((keys.WeakKeyExponent, keys.WeakKeyMalformed)):
        require_good_key(rsa_spki(modulus, exponent), POLICY)


def test_a_modulus_with_a_small_factor_is_refused():
    multiple = 751 * (2**2047 // 751 + 1)
    while multiple % 2 == 0:
        multiple += 751

    with pytest.raises(keys.WeakKeySmallFactor):
        require_good_key(rsa_spki(multiple), POLICY)


def test_close_primes_are_found_within_a_hundred_rounds():
    assert has_close_primes(1000003 * 1000033)
    assert not has_close_primes(1000003 * 1299709)


def test_a_modulus_of_close_primes_is_refused():
    # (2^1024 - a)(2^1024 + b) would need primes; Fermat's method asks only for the shape.
    root = 2**1024 - 2**512 + 105
    product = (root - 64) * (root + 64)
    while any(product % prime == 0 for prime in range(3, 752, 2)):
        root += 2
        product = (root - 64) * (root + 64)

    with pytest.raises(keys.WeakKeyClosePrimes):
        require_good_key(rsa_spki(product), POLICY)


def test_the_mark_of_roca_is_found(modulus):
    # What the faulty library makes: both factors are powers of 65537 modulo the product of the first primes.
    primorial = 1
    for prime in (n for n in range(2, 168) if all(n % d for d in range(2, n))):
        primorial *= prime
    marked = (primorial * 12345678901 + pow(65537, 99, primorial)) * (
        primorial * 98765 + pow(65537, 7, primorial)
    )

    assert has_roca_fingerprint(marked)
    assert not has_roca_fingerprint(modulus)


def test_a_marked_modulus_is_refused():
    primorial = 1
    for prime in (n for n in range(2, 168) if all(n % d for d in range(2, n))):
        primorial *= prime
    k = (2**2047 // primorial) + 1
    while True:
        marked = primorial * k + pow(65537, 5, primorial)
        if all(marked % prime for prime in range(3, 752, 2)):
            break
        k += 1

    with pytest.raises(keys.WeakKeyRoca):
        require_good_key(rsa_spki(marked), POLICY)


def test_a_curve_that_the_policy_does_not_name_is_refused():
    with pytest.raises(keys.WeakKeyCurve):
        require_good_key(spki_of(ec.generate_private_key(ec.SECP521R1())), POLICY)


def test_a_point_beside_its_curve_is_refused():
    point = bytearray(key_bits(spki_of(a_key())))
    point[-1] ^= 1

    with pytest.raises(keys.WeakKeyPoint):
        require_good_key(ec_spki(bytes(point)), POLICY)


def test_a_compressed_point_is_refused():
    compressed = a_key().public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    with pytest.raises(keys.WeakKeyPoint):
        require_good_key(ec_spki(compressed), POLICY)


@pytest.mark.parametrize(
    "spki",
    [
        b"",
        b"0\x00",
        der.sequence(der.sequence(der.oid(oids.RSA_ENCRYPTION)), der.bit_string(b"")),  # no NULL
        der.sequence(der.sequence(der.oid(oids.EC_PUBLIC_KEY), der.null()), der.bit_string(b"\x04")),
        der.sequence(der.sequence(der.oid(oids.ED25519), der.null()), der.bit_string(bytes(32))),
    ],
)
def test_a_key_in_another_encoding_is_refused(spki):
    with pytest.raises(keys.WeakKeyMalformed):
        require_good_key(spki, KeyPolicy(ed25519=True))


def test_a_kind_nobody_uses_is_refused():
    dsa = der.sequence(der.sequence(der.oid("1.2.840.10040.4.1"), der.null()), der.bit_string(b"\x00"))

    with pytest.raises(keys.WeakKeyAlgorithm):
        require_good_key(dsa, POLICY)


def test_a_key_identifier_is_the_beginning_of_sha_256_of_the_key():
    bits = a_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    assert key_identifier(spki_of(a_key())) == hashlib.sha256(bits).digest()[:20]


def test_a_point_is_on_its_curve_for_us_where_it_is_for_openssl():
    for _ in range(50):
        point = spki_of(ec.generate_private_key(ec.SECP256R1()))[-65:]
        assert is_on_p256(point)
        for at, change in ((1, 0x80), (32, 0x01), (33, 0x40), (64, 0x02)):
            moved = bytearray(point)
            moved[at] ^= change
            assert is_on_p256(bytes(moved)) is _openssl_takes(bytes(moved))


@pytest.mark.parametrize(
    "point",
    [
        b"",
        b"\x04" + bytes(64),
        b"\x04" + b"\xff" * 64,
        b"\x02" + bytes(32),
        b"\x04" + (2**256 - 2**224 + 2**192 + 2**96 - 1).to_bytes(32, "big") + bytes(32),
    ],
)
def test_what_is_no_point_of_the_curve_is_refused(point):
    assert not is_on_p256(point)


def test_a_coordinate_beyond_the_field_is_refused_though_the_equation_holds():
    # x = p + x' with a small x' of a point on the curve: the same residue, another encoding.
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    x = next(x for x in range(100) if pow(x**3 - 3 * x + b, (p - 1) // 2, p) == 1)
    y = pow(x**3 - 3 * x + b, (p + 1) // 4, p)
    assert is_on_p256(b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))

    assert not is_on_p256(b"\x04" + (p + x).to_bytes(32, "big") + y.to_bytes(32, "big"))


def _openssl_takes(point):
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return True
