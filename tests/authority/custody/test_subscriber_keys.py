from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from chopmark.authority.custody.errors import AlgorithmNotOfKey, DoorRefused, SealBroken
from chopmark.authority.custody.sealing import seal
from chopmark.authority.custody.software_token import UnsafeSoftwareToken
from chopmark.authority.custody.subscriber_keys import Sealed, make_subscriber_key, seal_to_pin
from chopmark.authority.custody.token import KeyAlgorithm

pytestmark = pytest.mark.filterwarnings("ignore::chopmark.authority.custody.software_token.UnsafeTokenInUse")

NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)
PIN = b"ACDE3467FGHJ"


@pytest.fixture
def token(tmp_path):
    token = UnsafeSoftwareToken(tmp_path, b"correct horse")
    token.generate("wrap", KeyAlgorithm.X25519)
    token.generate("envelope", KeyAlgorithm.X25519)
    return token


@pytest.fixture
def made(token):
    return make_subscriber_key(
        KeyAlgorithm.P256, token=token, wrap_label="wrap", context=b"AP261100001", randomness=bytes(range(32))
    )


@pytest.fixture
def pin(token):
    spki = token.public_key_der(token.handle("envelope"))
    return Sealed(
        key_label="envelope",
        value=seal(spki, PIN, context=b"pin", randomness=bytes(range(32))),
        context=b"pin",
    )


def certificate_of(spki_der):
    issuing_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CHAN Tai Man")])
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, serial_number=7)
    builder = builder.public_key(serialization.load_der_public_key(spki_der))
    builder = builder.not_valid_before(NOON).not_valid_after(NOON + timedelta(days=1))
    return builder.sign(issuing_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def wrapped(made):
    return Sealed(key_label="wrap", value=made.wrapped, context=b"AP261100001")


def test_it_works(token, made, pin):
    certificate = certificate_of(made.spki)

    sealed = seal_to_pin(
        wrapped(made),
        pin,
        token=token,
        certificate_der=certificate,
        chain=[certificate],
        friendly_name="e-Cert",
    )

    opened = pkcs12.load_pkcs12(sealed, PIN)
    assert opened.key.public_key() == serialization.load_der_public_key(made.spki)
    assert opened.cert.certificate.public_bytes(serialization.Encoding.DER) == certificate
    assert opened.cert.friendly_name == b"e-Cert"
    assert len(opened.additional_certs) == 1


def test_only_pbes2_with_aes_256_and_sha_256_is_used(token, made, pin):
    sealed = seal_to_pin(
        wrapped(made),
        pin,
        token=token,
        certificate_der=certificate_of(made.spki),
        chain=[],
        friendly_name="e-Cert",
    )

    assert bytes.fromhex("60864801650304012a") in sealed  # aes256-CBC-PAD
    assert bytes.fromhex("2a864886f70d0209") in sealed  # hmacWithSHA256
    assert bytes.fromhex("2a864886f70d010c01") not in sealed  # pkcs-12PbeIds


def test_another_pin_does_not_open_it(token, made, pin):
    sealed = seal_to_pin(
        wrapped(made),
        pin,
        token=token,
        certificate_der=certificate_of(made.spki),
        chain=[],
        friendly_name="e-Cert",
    )

    with pytest.raises(ValueError, match="password"):
        pkcs12.load_pkcs12(sealed, b"ACDE3467FGHK")


def test_a_certificate_of_another_key_is_refused(token, made, pin):
    other = make_subscriber_key(
        KeyAlgorithm.P256, token=token, wrap_label="wrap", context=b"x", randomness=bytes(range(32))
    )
    with pytest.raises(DoorRefused):
        seal_to_pin(
            wrapped(made),
            pin,
            token=token,
            certificate_der=certificate_of(other.spki),
            chain=[],
            friendly_name="x",
        )


def test_a_key_wrapped_for_another_application_is_not_opened(token, made, pin):
    theirs = Sealed(key_label="wrap", value=made.wrapped, context=b"AP261100002")
    with pytest.raises(SealBroken):
        seal_to_pin(
            theirs, pin, token=token, certificate_der=certificate_of(made.spki), chain=[], friendly_name="x"
        )


@pytest.mark.parametrize("algorithm", [KeyAlgorithm.X25519, KeyAlgorithm.ED25519])
def test_subscribers_get_no_keys_of_the_house(token, algorithm):
    with pytest.raises(AlgorithmNotOfKey):
        make_subscriber_key(
            algorithm, token=token, wrap_label="wrap", context=b"x", randomness=bytes(range(32))
        )
