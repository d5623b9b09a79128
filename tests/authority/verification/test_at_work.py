"""Who may act at a counter, where and when: the same for every verb of an officer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import Evidence
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.ledger import services as ledger
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.errors import (
    ContractNotInForce,
    OutletClosed,
    OutletNotAuthorised,
    OutletSuspended,
    OutletUnknown,
    PermissionMissing,
)
from chopmark.authority.verification import services as verification
from unchanged import refused
from world import NOON, at

EVENING = NOON + timedelta(hours=8)
SUNDAY = NOON - timedelta(days=1)
AFTER_THE_CONTRACT = datetime(2031, 4, 1, 4, tzinfo=UTC)

VERBS = {
    "begin_sighting": lambda of: verification.begin_sighting(**of, nonce=b"n" * 16),
    "record_evidence": lambda of: verification.record_evidence(
        **of, kind=Evidence.GUARDIAN_CONSENT, document="7"
    ),
    "record_envelope": lambda of: verification.record_envelope(**of, envelope="0481 7236-5"),
    "take_payment": lambda of: ledger.take_payment(
        invoice_id=ledger.invoice_of(of.pop("reference")).pk, method="cash", outlet=of["actor"].outlet, **of
    ),
    "ask_release": lambda of: verification.ask_release(**of),
    "approve": lambda of: verification.approve(**of),
    "refuse": lambda of: verification.refuse(**of, reason="identity_not_shown"),
}
pytestmark = pytest.mark.parametrize("verb", VERBS)


@pytest.fixture
def tries(stage, submitted, taken_in, verb):
    """The officer who does this tries it, in these circumstances."""

    def attempt(*, outlet="DEMO", now=NOON, actor=None):
        officer = stage.chandra if verb == "approve" else stage.bikram
        application = taken_in if verb == "approve" else submitted
        of = {
            "reference": application.reference,
            "actor": actor or replace(officer, outlet=outlet),
            "now": now,
        }
        with at("web"):
            VERBS[verb](of)

    return attempt


@pytest.mark.parametrize("now", [EVENING, SUNDAY])
def test_nothing_is_done_while_the_outlet_is_closed(tries, now):
    with refused(OutletClosed):
        tries(outlet="CEN", now=now)


def test_nothing_is_done_at_an_outlet_that_is_not_authorised_any_more(tries, law):
    law({"outlets.toml": "[outlets.DEMO]\nuntil = 2026-11-15"})

    with refused(OutletNotAuthorised):
        tries()


def test_nothing_is_done_at_a_suspended_outlet(stage, tries):
    participants.suspend_outlet(outlet="DEMO", reason="a theft", actor=stage.staff("70031"), now=NOON)

    with refused(OutletSuspended):
        tries()


def test_nothing_is_done_at_no_outlet(tries, verb):
    with refused(PermissionMissing if verb == "take_payment" else OutletUnknown):
        tries(outlet=None)


def test_nothing_is_done_when_the_contract_has_ended(tries):
    with refused(ContractNotInForce):
        tries(now=AFTER_THE_CONTRACT)


@pytest.mark.parametrize("number", ["20417", "20588", "31088", "70031"])
def test_nothing_is_done_without_the_permission(stage, tries, verb, number):
    may = {"20417": VERBS.keys() - {"approve"}, "20588": {"approve", "refuse"}}
    if verb in may.get(number, ()):
        return

    with refused(PermissionMissing):
        tries(actor=stage.staff(number))


def test_an_applicant_is_no_officer(stage, submitted, tries):
    with refused(PermissionMissing):
        tries(actor=replace(stage.applicant(submitted), outlet="DEMO"))


def test_a_process_of_ours_decides_nothing(tries, submitted):
    with refused(PermissionMissing):
        tries(actor=Actor(kind=ActorKind.SYSTEM, id="worker", outlet="DEMO"))
    assert by_reference(submitted.reference).state == "submitted"
