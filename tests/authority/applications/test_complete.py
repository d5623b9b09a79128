"""Completing an application with the receipt that the owner's desk signed."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.authority.applications.errors import ApplicationUnknown, ReceiptForAnother, ReceiptReplayed
from chopmark.authority.catalogue.errors import TypeNotRecognised
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.ledger import services as ledger
from chopmark.strongroom.client import ReceiptForged, ReceiptMalformed
from chopmark.strongroom.receipts import sign
from unchanged import refused
from world import EMAIL, NAME, NOON, handed_on, last_leaf, leaves


@pytest.fixture
def begun(stage):
    return stage.begins()


def test_it_works(stage, begun):
    application = stage.submits(begun)

    assert application.state == "submitted"
    assert (application.subject_name, application.subject_email) == (NAME, EMAIL)
    assert application.submitted_at == NOON
    assert last_leaf()["tag"] == "application:completed"
    assert handed_on() == ["application.submitted"]
    assert not ledger.is_paid(application.reference)


def test_she_owes_what_the_tariff_of_the_day_says(stage, begun):
    own = stage.submits(begun)
    made = stage.submits(stage.begins(key_source=KeySource.AUTHORITY))

    def lines(application):
        return [(row.line, row.amount_minor) for row in ledger.invoice_of(application.reference).lines.all()]

    assert lines(own) == [("personal-1y", 5000)]
    assert lines(made) == [("personal-1y", 5000), ("medium-file", 0)]


def test_the_open_log_names_nobody(stage, begun):
    application = stage.submits(begun)

    said = json.dumps(list(leaves()))
    for secret in (NAME, EMAIL, application.reference, str(application.record_id), str(application.case_id)):
        assert secret not in said


def test_without_an_email_there_is_none(stage, begun):
    assert stage.submits(begun, email=None).subject_email == ""


def test_the_longest_name_and_address_that_the_desk_takes_are_taken(stage, begun):
    name, email = "A" * 64, "a" * 64 + "@" + ".".join(["b" * 47] * 4)[:190].ljust(190, "c")

    application = stage.submits(begun, name=name, email=email)

    assert (len(application.subject_name), len(application.subject_email)) == (64, 255)


def test_a_receipt_that_another_key_signed_is_forged(stage, begun):
    stage.owner_key, own = Ed25519PrivateKey.generate(), stage.owner_key
    forged = stage.receipt(begun)
    stage.owner_key = own

    with refused(ReceiptForged):
        stage.completes(forged)


def test_a_receipt_whose_name_was_changed_on_the_way_is_forged(stage, begun):
    payload, signature = stage.receipt(begun).split(".")
    facts = json.loads(urlsafe_b64decode(payload + "=="))
    changed = json.dumps(facts | {"name": "WONG Siu Ming"}, sort_keys=True, separators=(",", ":")).encode()

    with refused(ReceiptForged):
        stage.completes(f"{urlsafe_b64encode(changed).rstrip(b'=').decode()}.{signature}")


@pytest.mark.parametrize("text", ["", "hello", "a.b.c", "é.é", "A" * 9000, "e30.e30=", "\x00.\x00"])
def test_what_is_not_a_receipt_is_refused(stage, text):
    with refused(ReceiptMalformed):
        stage.completes(text)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"v": 2, "kind": "application"},
        {"v": 1, "kind": "blank cheque"},
        {"v": 1, "kind": "application", "id": "not a uuid"},
    ],
)
def test_what_the_owner_signed_is_still_read_with_care(stage, payload):
    with refused(ReceiptMalformed):
        stage.completes(sign(payload, key=stage.owner_key))


@pytest.mark.parametrize(
    "changed", [{"nonce": "00" * 16}, {"nonce": ""}, {"nonce": "é"}, {"type": "smart-id"}]
)
def test_a_receipt_of_another_visit_or_type_is_refused(stage, begun, changed):
    with refused(ReceiptForAnother):
        stage.submits(begun, **changed)


def test_a_receipt_of_another_application_completes_neither(stage, begun):
    other = stage.begins()

    with refused(ReceiptForAnother):
        stage.submits(begun, reference=other.reference)


def test_a_receipt_of_no_application_is_refused(stage, begun):
    with refused(ApplicationUnknown):
        stage.submits(begun, reference="AP261199999")


def test_a_sighting_is_not_an_application(stage, begun):
    begun.case_id = uuid4()

    with refused(ReceiptForAnother):
        stage.completes(stage.sighting(begun, bytes(begun.nonce)))


def test_a_receipt_counts_once(stage, begun):
    text = stage.receipt(begun)
    stage.completes(text)

    with refused(ReceiptReplayed):
        stage.completes(text)


def test_a_second_receipt_does_not_change_who_she_is(stage, begun):
    stage.submits(begun)

    with refused(ReceiptReplayed):
        stage.submits(begun, name="WONG Siu Ming")


def test_a_receipt_that_completed_one_application_completes_no_other(stage, begun):
    spent, other = uuid4(), stage.begins()
    stage.submits(begun, id=spent)

    with refused(ReceiptReplayed):
        stage.submits(other, id=spent)


def test_who_withdrew_is_not_brought_back_by_a_receipt(stage, begun):
    stage.withdraws(begun)

    with refused(ReceiptReplayed):
        stage.submits(begun)


def test_a_type_that_lost_its_recognition_meanwhile_is_refused(stage, begun, law):
    law({"types/personal.toml": "[[recognition]]\nfrom = 2000-01-31\nuntil = 2026-11-15"})

    with refused(TypeNotRecognised):
        stage.submits(begun)
