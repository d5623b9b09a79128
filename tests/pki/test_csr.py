"""Requests are read, and prove that their key is held."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki import csr
from chopmark.pki.csr import read_request
from pki.world import a_key, spki_of

NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("www.host.example"),
        x509.RFC822Name("asha@mail.example"),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),  # a form that we never write
    ]
)


def a_request(key, algorithm, *, extensions=True):
    builder = x509.CertificateSigningRequestBuilder().subject_name(
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CHAN Asha")])
    )
    if extensions:
        builder = builder.add_extension(NAMES, critical=False)
    return builder.sign(key, algorithm)


@pytest.fixture(scope="module")
def request_der():
    return a_request(a_key(), hashes.SHA256()).public_bytes(Encoding.DER)


def test_it_works(request_der):
    request = read_request(request_der)

    assert request.spki_der == spki_of(a_key())
    assert request.dns_names == ("www.host.example",)
    assert request.email_addresses == ("asha@mail.example",)
    assert request.sha256 == hashlib.sha256(request_der).digest()


@pytest.mark.parametrize("new", [b"", b"NEW "])
def test_pem_says_the_same_as_der(request_der, new):
    pem = a_request(a_key(), hashes.SHA256()).public_bytes(Encoding.PEM)
    pem = pem.replace(b"CERTIFICATE REQUEST", new + b"CERTIFICATE REQUEST")

    assert read_request(pem.replace(b"\n", b"\r\n")).spki_der == read_request(request_der).spki_der


@pytest.mark.parametrize("key", [rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()])
def test_other_kinds_of_key_prove_possession_too(key):
    algorithm = hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else None

    request = read_request(a_request(key, algorithm, extensions=False).public_bytes(Encoding.DER))

    assert request.requested_extensions == ()


def test_a_request_with_another_subject_than_was_signed_proves_nothing(request_der):
    with pytest.raises(csr.CsrProofFailed):
        read_request(request_der.replace(b"CHAN Asha", b"CHAN Esha"))


def test_a_request_signed_with_sha_1_proves_nothing(request_der):
    # ecdsa-with-SHA256 is 1.2.840.10045.4.3.2; -SHA1 is …4.1 and shorter, so a stranger of equal length stands for it.
    unknown = request_der.replace(
        bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d040301")
    )

    with pytest.raises(csr.CsrProofFailed):
        read_request(unknown)


def test_a_request_too_large_is_not_even_read():
    with pytest.raises(csr.CsrTooLarge):
        read_request(bytes(csr.MAXIMUM_OCTETS + 1))


@pytest.mark.parametrize("behind", [b"\x00", b"0\x00"])
def test_bytes_behind_a_request_are_refused(request_der, behind):
    with pytest.raises(csr.CsrMalformed):
        read_request(request_der + behind)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"-----BEGIN CERTIFICATE REQUEST-----\n!!!!\n-----END CERTIFICATE REQUEST-----\n",
        b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
    ],
)
def test_what_is_no_request_is_refused(data):
    with pytest.raises(csr.CsrMalformed):
        read_request(data)


@given(st.data())
def test_a_changed_octet_never_passes(request_der, data):
    at = data.draw(st.integers(min_value=0, max_value=len(request_der) - 1))
    change = data.draw(st.integers(min_value=1, max_value=255))

    with pytest.raises((csr.CsrMalformed, csr.CsrProofFailed)):
        read_request(request_der[:at] + bytes([request_der[at] ^ change]) + request_der[at + 1 :])
