"""An operator has an approved application intended again, once what stood in the way is mended."""

from datetime import timedelta

import pytest

import oracle
from chopmark.authority.issuance import selectors
from chopmark.authority.issuance.errors import AlreadyIntended, ApplicationNotApproved
from chopmark.authority.issuance.services import ask_again
from chopmark.authority.issuance.signing import GOOD_FOR
from chopmark.authority.participants.errors import PermissionMissing
from world import NOON, at, last_leaf

MUCH_LATER = GOOD_FOR + timedelta(days=1)


@pytest.fixture
def stranded(world):
    """Approved and intended, and then the signer was away for longer than an intent is good."""
    application = world.approved()
    world.hears()
    with at("signer"):
        from chopmark.authority.issuance import signing

        signing.run_once(token=world.token, now=NOON + MUCH_LATER, claimer=1)
    assert selectors.certificate_of(application.reference) is None
    return application


def asks(world, application):
    with at("operator"):
        ask_again(reference=application.reference, actor=world.staff("31088"), now=NOON + MUCH_LATER)


def test_it_works(world, stranded):
    asks(world, stranded)

    assert last_leaf()["tag"] == "certificate:retry_asked"
    world.turns(now=NOON + MUCH_LATER)
    assert selectors.certificate_of(stranded.reference) is not None
    oracle.ask()


def test_until_then_the_audit_says_that_somebody_must_look(stranded):
    with pytest.raises(AssertionError, match="waits for an operator"):
        oracle.ask()


def test_what_is_on_its_way_is_not_doubled(world):
    application = world.approved()
    world.hears()

    with pytest.raises(AlreadyIntended):
        asks(world, application)


def test_what_nobody_released_is_not_intended(world):
    application = world.takes_in(world.begins())

    with pytest.raises(ApplicationNotApproved):
        asks(world, application)


def test_an_officer_of_the_counter_may_not(world, stranded):
    with at("operator"), pytest.raises(PermissionMissing):
        ask_again(reference=stranded.reference, actor=world.bikram, now=NOON)
