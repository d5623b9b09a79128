"""Ending one's own application."""

import pytest

from chopmark.authority.applications import services as applications
from chopmark.authority.applications.errors import ApplicationMoved, ApplicationUnknown, NotTheApplicant
from chopmark.authority.applications.selectors import by_reference, move
from chopmark.authority.applications.states import ApplicationState
from unchanged import refused
from world import NOON, at, handed_on, last_leaf, last_payload


@pytest.fixture
def begun(stage):
    return stage.begins()


def test_it_works(stage, begun):
    stage.withdraws(begun)

    assert by_reference(begun.reference).state == "withdrawn"
    assert last_leaf()["tag"] == "application:withdrawn"
    assert last_payload()["application"] == begun.reference


def test_the_owner_is_told_to_close_the_case(stage, begun):
    application = stage.submits(begun)
    stage.withdraws(application)

    assert handed_on()[-1] == "application.closed_unissued"


@pytest.mark.parametrize("who", ["another applicant", "bikram", "chandra"])
def test_nobody_else_withdraws_it(stage, begun, who):
    stranger = stage.applicant(stage.begins()) if who == "another applicant" else getattr(stage, who)

    with refused(NotTheApplicant), at("web"):
        applications.withdraw(reference=begun.reference, actor=stranger, now=NOON)


def test_what_does_not_exist_is_not_withdrawn(stage, begun):
    asha = stage.applicant(begun)

    with refused(ApplicationUnknown), at("web"):
        applications.withdraw(reference="AP261199999", actor=asha, now=NOON)


@pytest.mark.parametrize("taken_up", ["verified", "approved"])
def test_what_an_officer_finished_is_not_withdrawn(stage, begun, taken_up):
    application = stage.takes_in(begun)
    if taken_up == "approved":
        application = stage.releases(application)
    assert application.state == taken_up

    with refused(ApplicationMoved):
        stage.withdraws(application)


@pytest.mark.parametrize("ended", ["withdraws", "refuses"])
def test_what_has_ended_does_not_end_again(stage, begun, ended):
    application = stage.submits(begun)
    getattr(stage, ended)(application)

    with refused(ApplicationMoved):
        stage.withdraws(application)


def test_an_officer_who_was_about_to_go_on_finds_it_gone(stage, begun):
    """Both read it as submitted; whoever writes second is told."""
    seen_by_officer = stage.gathers(begun)
    stage.withdraws(seen_by_officer)

    with pytest.raises(ApplicationMoved):
        move(seen_by_officer, ApplicationState.VERIFIED)
    assert by_reference(begun.reference).state == "withdrawn"
