"""Releasing an application as the second officer."""

from dataclasses import replace

import pytest

from chopmark.authority.applications.errors import ApplicationMoved, ApplicationUnknown
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.errors import TypeNotRecognised
from chopmark.authority.ledger.models import Payment
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification import services as verification
from chopmark.authority.verification.errors import (
    ApproverIsIntakeOfficer,
    EvidenceMissing,
    FeeNotPaid,
    ReleaseNotAsked,
)
from chopmark.authority.verification.models import Decision
from chopmark.authority.verification.services import decisions
from unchanged import refused
from world import NOON, at, handed_on, last_leaf, last_payload


def test_it_works(stage, taken_in):
    application = stage.releases(taken_in)

    assert application.state == "approved"
    steps = Decision.objects.order_by("id").values_list("step", "officer")
    assert list(steps) == [("release_asked", "20417"), ("approved", "20588")]
    assert last_leaf()["tag"] == "application:approved"
    assert last_payload()["officer"] == "20588"
    assert handed_on()[-1] == "application.approved"


@pytest.fixture
def both_roles(stage):
    """An officer who may do everything: nobody holds both roles, and the rule must not lean on that."""
    both = {str(Permission.COUNTER_APPLICATION_RELEASE), str(Permission.COUNTER_EVIDENCE_RECORD)}
    return lambda officer: replace(officer, permissions=officer.permissions | both)


def test_nobody_approves_her_own_intake(stage, taken_in, both_roles):
    with refused(ApproverIsIntakeOfficer), at("web"):
        verification.approve(reference=taken_in.reference, actor=both_roles(stage.bikram), now=NOON)


def test_who_only_recorded_evidence_is_of_the_intake_too(stage, submitted, both_roles):
    """Bikram sighted the card; another asked for release in his place."""
    stage.checks_duplicates(submitted)
    stage.sights(submitted)
    stage.pays(submitted)
    dilip = replace(both_roles(stage.bikram), id="20777")
    with at("web"):
        verification.ask_release(reference=submitted.reference, actor=dilip, now=NOON)

    for officer in (both_roles(stage.bikram), dilip):
        with refused(ApproverIsIntakeOfficer), at("web"):
            verification.approve(reference=submitted.reference, actor=officer, now=NOON)


def test_what_nobody_asked_for_is_not_released(stage, gathered):
    with refused(ReleaseNotAsked):
        stage.releases(gathered)


def test_what_is_released_is_not_released_again(stage, taken_in):
    stage.releases(taken_in)
    with refused(ReleaseNotAsked):
        stage.releases(taken_in)


def test_of_two_who_approve_at_once_the_second_is_told(stage, taken_in, monkeypatch):
    """Both read it as verified; the first has written when the second does."""
    seen_by_second = by_reference(taken_in.reference)
    stage.releases(taken_in)
    monkeypatch.setattr(decisions, "by_reference", lambda _: seen_by_second)

    with refused(ApplicationMoved):
        stage.releases(taken_in)


@pytest.mark.parametrize("ends", ["refuses"])
def test_what_was_refused_meanwhile_is_not_released(stage, taken_in, ends):
    getattr(stage, ends)(taken_in)
    with refused(ReleaseNotAsked):
        stage.releases(taken_in)


def test_what_does_not_exist_is_not_released(stage):
    with refused(ApplicationUnknown), at("web"):
        verification.approve(reference="AP261199999", actor=stage.chandra, now=NOON)


def test_a_type_that_lost_its_recognition_between_the_two_officers_is_not_released(stage, taken_in, law):
    law({"types/personal.toml": "[[recognition]]\nfrom = 2000-01-31\nuntil = 2026-11-15"})

    with refused(TypeNotRecognised):
        stage.releases(taken_in)


def test_evidence_that_the_law_asks_for_since_is_missing_now(stage, taken_in, law):
    law({"types/personal.toml": 'evidence = ["identity_sighted", "partner_attestation"]'})

    with refused(EvidenceMissing):
        stage.releases(taken_in)


def test_a_payment_that_is_not_in_the_books_is_no_payment(stage, taken_in, monkeypatch):
    monkeypatch.setattr(Payment.objects, "filter", lambda **_: Payment.objects.none())

    with refused(FeeNotPaid):
        stage.releases(taken_in)
