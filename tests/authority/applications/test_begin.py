"""Opening an application."""

import re
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from chopmark.authority.applications.errors import (
    AgreementNotAccepted,
    CsrMissing,
    KeyRepeated,
    KeySourceNotOffered,
)
from chopmark.authority.applications.models import Application
from chopmark.authority.catalogue.errors import TypeNotInForce, TypeNotRecognised, TypeUnknown
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.participants.errors import OutletUnknown, PasswordUnacceptable
from chopmark.authority.participants.models import Login
from chopmark.pki.csr import CsrMalformed, CsrProofFailed, CsrTooLarge
from chopmark.pki.keys import WeakKeyAlgorithm, WeakKeyCurve, WeakKeySize
from unchanged import refused
from world import NOON, a_csr, a_key, handed_on, last_leaf, last_payload, spki_der


def test_it_works(stage):
    application = stage.begins()

    assert application.state == "begun"
    assert application.reference.startswith("AP2611")
    assert bytes(application.spki_sha256)
    assert last_leaf()["tag"] == "application:begun"
    assert handed_on() == []


def test_a_key_to_be_made_needs_no_request(stage):
    application = stage.begins(key_source=KeySource.AUTHORITY)

    assert application.csr is None
    assert application.spki_sha256 is None


def test_a_request_beside_a_key_to_be_made_is_not_kept(stage):
    assert stage.begins(key_source=KeySource.AUTHORITY, csr=a_csr()).csr is None


def test_she_can_sign_in_by_its_number_and_nobody_knows_more_of_her(stage):
    application = stage.begins()

    login = Login.objects.get(pk=application.login_id)
    assert login.number == application.reference
    assert login.display_name == ""
    assert last_payload()["application"] == application.reference


def test_two_applications_have_two_numbers_and_two_logins(stage):
    one, other = stage.begins(), stage.begins()

    assert one.reference != other.reference
    assert one.login_id != other.login_id
    assert re.fullmatch(r"AP2611\d{5}", one.reference)


def test_a_type_that_nobody_knows_is_refused(stage):
    with refused(TypeUnknown):
        stage.begins(type_code="gold")


def test_a_type_is_not_issued_before_its_first_day(stage):
    day_before = datetime(2022, 8, 31, 4, tzinfo=UTC)

    with refused(TypeNotInForce):
        stage.begins(type_code="server", now=day_before, agreement="terms 1")


def test_a_type_whose_recognition_ended_is_refused(stage, law):
    law({"types/personal.toml": "[[recognition]]\nfrom = 2000-01-31\nuntil = 2026-11-15"})

    with refused(TypeNotRecognised):
        stage.begins()


def test_a_way_of_making_the_key_that_the_type_does_not_offer_is_refused(stage):
    with refused(KeySourceNotOffered):
        stage.begins(type_code="smart-id")


def test_an_earlier_text_of_the_agreement_is_not_this_agreement(stage):
    with refused(AgreementNotAccepted):
        stage.begins(agreement="terms 0")


def test_an_outlet_that_is_not_ours_is_refused(stage):
    with refused(OutletUnknown):
        stage.begins(outlet="MOON")


@pytest.mark.parametrize("password", ["", "short", "password1234", "123456789012"])
def test_a_weak_password_is_refused(stage, password):
    with refused(PasswordUnacceptable):
        stage.begins(password=password)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (rsa.generate_private_key(65537, 1024), WeakKeySize),
        (ec.generate_private_key(ec.SECP521R1()), WeakKeyCurve),
        (ec.generate_private_key(ec.SECP256K1()), WeakKeyCurve),
        (ed25519.Ed25519PrivateKey.generate(), WeakKeyAlgorithm),
    ],
    ids=["RSA-1024", "P-521", "secp256k1", "Ed25519"],
)
def test_a_key_that_the_type_does_not_accept_is_refused(stage, key, why):
    with refused(why):
        stage.begins(csr=a_csr(key))


def test_somebody_elses_key_cannot_be_asked_for(stage):
    """The request holds one key and is signed by another: possession is not proved."""
    mine, hers = a_key(), a_key()
    forged = a_csr(mine, encoding=Encoding.DER).replace(spki_der(mine), spki_der(hers))

    with refused(CsrProofFailed):
        stage.begins(csr=forged)


@pytest.mark.parametrize(
    ("csr", "why"),
    [
        (None, CsrMissing),
        (b"", CsrMissing),
        (b"hello", CsrMalformed),
        (b"\x30\x80\x00\x00", CsrMalformed),
        (b"-----BEGIN CERTIFICATE REQUEST-----\n!!!\n-----END CERTIFICATE REQUEST-----", CsrMalformed),
        (b"\x30" * 32 * 1024, CsrMalformed),
        (b"\x00" * (32 * 1024 + 1), CsrTooLarge),
        (b"\x30\x84\x7f\xff\xff\xff" + b"\x00" * 1_000_000, CsrTooLarge),
    ],
)
def test_what_is_not_a_request_is_refused(stage, csr, why):
    with refused(why):
        stage.begins(csr=csr)


def test_a_request_cut_short_anywhere_is_refused(stage):
    whole = a_csr(encoding=Encoding.DER)

    for length in range(1, len(whole), 23):
        with refused(CsrMalformed):
            stage.begins(csr=whole[:length])


def test_a_key_is_named_by_one_application_only(stage):
    key = a_key()
    stage.begins(csr=a_csr(key))

    with refused(KeyRepeated):
        stage.begins(csr=a_csr(key, name="another request, the same key"))


def test_who_asks_at_the_same_moment_with_the_same_key_is_refused_in_words(stage, monkeypatch):
    """The other's row was not there when we looked, and is when we write ours."""
    key = a_key()
    stage.begins(csr=a_csr(key))
    monkeypatch.setattr(Application.objects, "filter", lambda **_: Application.objects.none())

    with refused(KeyRepeated):
        stage.begins(csr=a_csr(key))


@pytest.mark.parametrize("ends", ["withdraws", "refuses"])
def test_a_key_whose_application_came_to_nothing_may_be_named_again(stage, ends):
    key = a_key()
    first = stage.submits(stage.begins(csr=a_csr(key)))
    getattr(stage, ends)(first)

    assert stage.begins(csr=a_csr(key)).state == "begun"


def test_what_she_asks_for_in_the_request_is_not_what_is_printed(stage):
    """The request's own subject is a wish; no name is taken from it."""
    application = stage.begins(csr=a_csr(name="The Postmaster General"))

    assert application.subject_name == ""
    assert stage.submits(application).subject_name == "CHAN Tai Man"


def test_the_reference_says_the_month(stage):
    assert stage.begins(now=NOON.replace(month=12)).reference.startswith("AP2612")
