"""Tying a PIN envelope to the applicant who has it in her hand."""

import pytest

from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.keymaking.envelopes import check_figure
from chopmark.authority.keymaking.errors import (
    EnvelopeCheckFigure,
    EnvelopeElsewhere,
    EnvelopeUnknown,
    EnvelopeUsed,
)
from chopmark.authority.keymaking.models import Envelope, EnvelopeHandOver
from chopmark.authority.verification.errors import EvidenceMissing, EvidenceRecordedAlready, NoEnvelopeNeeded
from chopmark.authority.verification.selectors import evidence_of
from unchanged import refused
from world import NOON, last_leaf, leaves

NUMBER = "04817236"
PAPER = f"0481 7236-{check_figure(NUMBER)}"


@pytest.fixture
def drawer(stage):
    """One printed envelope in this outlet's drawer, and one in another's."""
    for number, outlet in ((NUMBER, "DEMO"), ("04817237", "CEN")):
        Envelope.objects.create(
            number=number, outlet=outlet, sealed_pin=b"?", key_label="?", leaf_id=0, printed_at=NOON
        )
    stage.pins = {PAPER: "?"}


@pytest.fixture
def hers(stage, drawer):
    """Asha asked us to make her key."""
    return stage.submits(stage.begins(key_source=KeySource.AUTHORITY))


def test_it_works(stage, hers):
    stage.hands_envelope(hers)

    assert evidence_of(hers.reference)["pin_envelope"].note == {"envelope": NUMBER}
    assert EnvelopeHandOver.objects.get().application_reference == hers.reference
    assert [leaf["tag"] for leaf in leaves()][-2:] == ["envelope:handed_over", "evidence:recorded"]
    assert NUMBER not in str(last_leaf())


def test_without_an_envelope_nobody_asks_for_release(stage, hers):
    stage.checks_duplicates(hers)
    stage.sights(hers)
    stage.pays(hers)

    with refused(EvidenceMissing):
        stage.asks_release(hers)


@pytest.mark.parametrize("typed", ["0481 7236-4", "0481 7263-5", "", "hello", "٠٤٨١ ٧٢٣٦-٥"])
def test_a_wrong_check_figure_is_noticed(stage, hers, typed):
    stage.pins[typed] = "?"
    with refused(EnvelopeCheckFigure):
        stage.hands_envelope(hers, typed)


def test_an_envelope_that_nobody_printed_is_refused(stage, hers):
    stage.pins["1234 5678-2"] = "?"
    with refused(EnvelopeUnknown):
        stage.hands_envelope(hers, "1234 5678-2")


def test_an_envelope_of_another_outlet_is_refused(stage, hers):
    elsewhere = f"0481 7237-{check_figure('04817237')}"
    stage.pins[elsewhere] = "?"
    with refused(EnvelopeElsewhere):
        stage.hands_envelope(hers, elsewhere)


def test_an_envelope_is_handed_over_once(stage, hers):
    stage.hands_envelope(hers)
    bo = stage.submits(stage.begins(key_source=KeySource.AUTHORITY))

    with refused(EnvelopeUsed):
        stage.hands_envelope(bo)


def test_she_gets_one_envelope(stage, hers):
    stage.hands_envelope(hers)
    Envelope.objects.create(
        number="00000018", outlet="DEMO", sealed_pin=b"?", key_label="?", leaf_id=0, printed_at=NOON
    )
    second = f"0000 0018-{check_figure('00000018')}"
    stage.pins[second] = "?"

    with refused(EvidenceRecordedAlready):
        stage.hands_envelope(hers, second)


def test_who_brings_her_own_key_gets_none(stage, drawer, submitted):
    with refused(NoEnvelopeNeeded):
        stage.hands_envelope(submitted)
