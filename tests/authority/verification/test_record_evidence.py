"""Recording that an officer saw a document that the type asks for."""

import pytest

from chopmark.authority.catalogue.words import Evidence
from chopmark.authority.verification import services as verification
from chopmark.authority.verification.errors import (
    EvidenceKindUnknown,
    EvidenceMissing,
    EvidenceRecordedAlready,
    NotInIntake,
)
from chopmark.authority.verification.selectors import evidence_of
from unchanged import refused
from world import NOON, at, last_leaf, last_payload


@pytest.fixture
def minor(stage):
    """The application of somebody under 18."""
    return stage.submits(stage.begins(), age_band="minor")


@pytest.fixture
def records(stage):
    def record(application, kind=Evidence.GUARDIAN_CONSENT, document="form 7 of 16 November"):
        with at("web"):
            verification.record_evidence(
                reference=application.reference, kind=kind, document=document, actor=stage.bikram, now=NOON
            )

    return record


def test_it_works(records, minor):
    records(minor)

    assert evidence_of(minor.reference)["guardian_consent"].note == {"document": "form 7 of 16 November"}
    assert last_leaf()["tag"] == "evidence:recorded"
    assert last_payload()["kind"] == "guardian_consent"


def test_a_minor_needs_her_guardians_consent(stage, records):
    application = stage.gathers(stage.begins(), age_band="minor")

    with refused(EvidenceMissing):
        stage.asks_release(application)

    records(application)
    stage.asks_release(application)


def test_nobody_consents_for_an_adult(records, submitted):
    with refused(EvidenceKindUnknown):
        records(submitted)


@pytest.mark.parametrize("kind", [Evidence.IDENTITY_SIGHTED, Evidence.DUPLICATE_CHECK, Evidence.PIN_ENVELOPE])
def test_what_has_a_proof_of_its_own_is_not_taken_on_an_officers_word(records, minor, kind):
    with refused(EvidenceKindUnknown):
        records(minor, kind)


def test_evidence_of_another_type_is_not_asked_for(records, minor):
    with refused(EvidenceKindUnknown):
        records(minor, Evidence.DOMAIN_CONTROL)


def test_evidence_is_recorded_once(records, minor):
    records(minor)
    with refused(EvidenceRecordedAlready):
        records(minor, document="another paper")


def test_no_evidence_is_added_after_release_was_asked(stage, records):
    application = stage.gathers(stage.begins(), age_band="minor")
    records(application)
    stage.asks_release(application)

    with refused(NotInIntake):
        records(application)
