"""Refusing an application, with a code the applicant is told."""

import pytest

from chopmark.authority.applications.errors import ApplicationMoved
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.verification import services as verification
from chopmark.authority.verification.models import Decision
from unchanged import refused
from world import NOON, at, handed_on, last_leaf, last_payload


def test_it_works(stage, submitted):
    stage.refuses(submitted, "identity_not_shown")

    assert by_reference(submitted.reference).state == "refused"
    assert Decision.objects.get().reason == "identity_not_shown"
    assert (last_leaf()["tag"], last_leaf()["outlet"]) == ("application:refused", "DEMO")
    assert "refused" not in last_leaf(), "the act was done: it is not the act that was refused"
    assert last_payload()["reason"] == "identity_not_shown"
    assert handed_on()[-1] == "application.closed_unissued"


def test_the_second_officer_may_refuse_what_the_first_finished(stage, taken_in):
    with at("web"):
        verification.refuse(
            reference=taken_in.reference, reason="evidence_doubtful", actor=stage.chandra, now=NOON
        )

    assert by_reference(taken_in.reference).state == "refused"


def test_what_is_approved_is_not_refused(stage, taken_in):
    stage.releases(taken_in)
    with refused(ApplicationMoved):
        stage.refuses(taken_in)


@pytest.mark.parametrize("ends", ["refuses", "withdraws"])
def test_what_has_ended_is_not_refused(stage, submitted, ends):
    getattr(stage, ends)(submitted)
    with refused(ApplicationMoved):
        stage.refuses(submitted)


def test_nothing_is_refused_before_the_owners_receipt_is_here(stage):
    begun = stage.begins()
    with refused(ApplicationMoved):
        stage.refuses(begun)
