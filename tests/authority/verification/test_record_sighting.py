"""Recording, on the word of the owner's desk, that an officer sighted the original card."""

import secrets
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.authority.applications.errors import ApplicationUnknown
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.errors import LoginClosed
from chopmark.authority.participants.models import Login
from chopmark.authority.verification.errors import (
    EvidenceRecordedAlready,
    IdentityMismatch,
    NotInIntake,
    SightingForAnother,
    SightingReplayed,
)
from chopmark.authority.verification.models import SightingTicket
from chopmark.authority.verification.selectors import evidence_of
from chopmark.strongroom.client import ReceiptForged
from unchanged import refused
from world import NOON, handed_on, last_leaf, last_payload


@pytest.fixture
def nonce(stage, submitted):
    """Bikram is at the owner's desk, the card in his hand."""
    return stage.goes_to_desk(submitted)


def test_it_works(stage, submitted, nonce):
    stage.returns(stage.sighting(submitted, nonce))

    line = evidence_of(submitted.reference)["identity_sighted"]
    assert (line.actor_id, line.outlet, line.recorded_at) == ("20417", "DEMO", NOON)
    assert line.note == {"fields": ["name", "birth_date", "hkid"]}
    assert (last_leaf()["tag"], last_leaf()["outlet"]) == ("identity:sighted", "DEMO")
    assert last_payload()["actor"] == "20417"


def test_going_to_the_desk_is_in_the_log_before_anything_is_shown(stage, submitted, nonce):
    assert last_leaf()["tag"] == "identity:sighting_begun"
    assert last_payload() == {"application": submitted.reference, "officer": "20417"}


def test_digits_that_differ_from_the_record_are_no_evidence(stage, submitted, nonce):
    with refused(IdentityMismatch):
        stage.returns(stage.sighting(submitted, nonce, matches=False))
    assert "identity_sighted" not in evidence_of(submitted.reference)


def test_the_same_visit_may_still_end_well(stage, submitted, nonce):
    """He mistyped; the desk compares again under the same nonce, and signs another receipt."""
    with refused(IdentityMismatch):
        stage.returns(stage.sighting(submitted, nonce, matches=False))

    stage.returns(stage.sighting(submitted, nonce))

    assert "identity_sighted" in evidence_of(submitted.reference)


def test_a_receipt_counts_once(stage, submitted, nonce):
    text = stage.sighting(submitted, nonce)
    stage.returns(text)

    with refused(SightingReplayed):
        stage.returns(text)


def test_a_second_sighting_changes_nothing(stage, submitted, nonce):
    stage.returns(stage.sighting(submitted, nonce))

    with refused(EvidenceRecordedAlready):
        stage.returns(stage.sighting(submitted, nonce))


def test_the_desk_must_have_seen_the_officer_whom_we_sent(stage, submitted, nonce):
    with refused(SightingForAnother):
        stage.returns(stage.sighting(submitted, nonce, officer="20588"))


@pytest.mark.parametrize("unknown", ["00" * 16, "", "zz", "é"])
def test_a_visit_that_nobody_began_is_refused(stage, submitted, nonce, unknown):
    with refused(SightingForAnother):
        stage.returns(stage.sighting(submitted, nonce, nonce=unknown))


def test_the_case_of_another_is_refused(stage, submitted, nonce):
    with refused(SightingForAnother):
        stage.returns(stage.sighting(submitted, nonce, case=uuid4()))


def test_a_card_sighted_for_one_is_not_sighted_for_another(stage, submitted, nonce):
    other = stage.submits(stage.begins())

    with refused(SightingForAnother):
        stage.returns(stage.sighting(other, nonce))


def test_no_application_is_no_sighting(stage, submitted, nonce):
    with refused(ApplicationUnknown):
        stage.returns(stage.sighting(submitted, nonce, reference="AP261199999"))


def test_what_another_key_signed_is_forged(stage, submitted, nonce):
    stage.owner_key = Ed25519PrivateKey.generate()

    with refused(ReceiptForged):
        stage.returns(stage.sighting(submitted, nonce))


def test_the_receipt_of_an_application_is_not_a_sighting(stage, submitted, nonce):
    with refused(SightingForAnother):
        stage.returns(stage.receipt(submitted, nonce=nonce.hex()))


def test_an_officer_whose_login_was_closed_meanwhile_sights_nothing(stage, submitted, nonce):
    Login.objects.filter(number="20417").update(is_active=False)

    with refused(LoginClosed):
        stage.returns(stage.sighting(submitted, nonce))


@pytest.mark.parametrize("ended", ["refuses", "withdraws"])
def test_an_application_that_ended_meanwhile_gathers_no_evidence(stage, submitted, nonce, ended):
    getattr(stage, ended)(submitted)

    with refused(NotInIntake):
        stage.returns(stage.sighting(submitted, nonce))


def test_nobody_is_sent_to_the_desk_before_there_is_a_record(stage):
    begun = stage.begins()

    with refused(NotInIntake):
        stage.goes_to_desk(begun)
    assert not SightingTicket.objects.exists()


def test_two_officers_may_be_sent_and_the_first_to_return_counts(stage, submitted, nonce):
    again = stage.goes_to_desk(submitted)
    stage.returns(stage.sighting(submitted, again))

    with refused(EvidenceRecordedAlready):
        stage.returns(stage.sighting(submitted, nonce))


def test_a_nonce_is_given_once(stage, submitted, nonce):
    assert secrets.compare_digest(nonce, bytes(SightingTicket.objects.get().nonce))
    assert participants.actor_of_login(SightingTicket.objects.get().officer_login_id, now=NOON).id == "20417"


def test_sighting_hands_nothing_on(stage, submitted, nonce):
    before = handed_on()
    stage.returns(stage.sighting(submitted, nonce))
    assert handed_on() == before
