"""Saying that everything is there."""

import pytest

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.errors import ClassUnknown, TypeNotRecognised
from chopmark.authority.verification.errors import EvidenceMissing, FeeNotPaid, NotInIntake
from chopmark.authority.verification.models import Decision
from unchanged import refused
from world import handed_on, last_leaf, last_payload


def test_it_works(stage, gathered):
    stage.asks_release(gathered)

    assert by_reference(gathered.reference).state == "verified"
    assert Decision.objects.get().officer == "20417"
    assert last_leaf()["tag"] == "application:release_asked"
    assert "application.approved" not in handed_on()


def test_a_type_for_which_one_officer_is_enough_is_released_at_once(stage, gathered, law):
    law({"types/personal.toml": "dual_control = false"})

    stage.asks_release(gathered)

    assert by_reference(gathered.reference).state == "approved"
    assert last_leaf()["tag"] == "application:approved"
    assert handed_on()[-1] == "application.approved"


@pytest.mark.parametrize("without", ["sights", "checks_duplicates"])
def test_missing_evidence_is_named(stage, submitted, without):
    for step in {"sights", "checks_duplicates", "pays"} - {without}:
        getattr(stage, step)(submitted)

    with refused(EvidenceMissing):
        stage.asks_release(submitted)
    missing = {"sights": "identity_sighted", "checks_duplicates": "duplicate_check"}
    assert last_payload()["details"] == {"missing": missing[without]}


def test_nobody_is_released_unpaid(stage, submitted):
    stage.checks_duplicates(submitted)
    stage.sights(submitted)

    with refused(FeeNotPaid):
        stage.asks_release(submitted)


def test_nothing_is_asked_before_the_owners_receipt_is_here(stage):
    begun = stage.begins()
    with refused(NotInIntake):
        stage.asks_release(begun)


def test_release_is_asked_once(stage, taken_in):
    with refused(NotInIntake):
        stage.asks_release(taken_in)


def test_a_type_that_lost_its_recognition_meanwhile_is_not_released(stage, gathered, law):
    law({"types/personal.toml": "[[recognition]]\nfrom = 2000-01-31\nuntil = 2026-11-15"})

    with refused(TypeNotRecognised):
        stage.asks_release(gathered)


def test_nobody_guesses_an_age(stage):
    """The desk names a class that the type does not have: the reliance limit would be somebody else's."""
    odd = stage.gathers(stage.begins(), age_band="ageless")

    with refused(ClassUnknown):
        stage.asks_release(odd)
