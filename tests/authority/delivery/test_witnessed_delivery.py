"""One certificate under a quorum: the witness is down, everything waits; it is back, everything goes on."""

from datetime import timedelta

import pytest

from authority.watching import set_quorum
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.delivery.models import Offer
from chopmark.authority.issuance.models import Certificate, Claim
from chopmark.authority.publication.models import CrlPublication
from chopmark.authority.transparency import asking
from chopmark.authority.transparency.keys import own_key
from watching import Watching
from world import NOON, at

AN_HOUR = timedelta(hours=1)


@pytest.fixture
def watching(world, tmp_path, settings, monkeypatch):
    found = Watching(tmp_path, own_key())
    settings.CHOPMARK_WITNESSES = found.configured()
    set_quorum(monkeypatch, 2)
    return found


def ask(watching, now=NOON):
    with at("worker"):
        return asking.ask_all(now=now, post=watching.post)


def test_it_works(world, watching):
    # 1. Approved and signed; one of the two witnesses is away.
    watching.away = {"two"}
    application = world.approved()
    world.turns()
    ask(watching)
    world.turns()
    assert Certificate.objects.count() == 1
    assert not Offer.objects.exists() and not CrlPublication.objects.exists()

    # 2. An hour later another application is approved: nothing is claimed, nothing refused.
    later = NOON + AN_HOUR
    second = world.approved()
    world.turns(now=later)
    ask(watching, later)
    world.turns(now=later)
    assert Claim.objects.count() == 1 and by_reference(second.reference).state == ApplicationState.APPROVED

    # 3. The witness is back: what waited is offered, and issuing goes on by itself.
    watching.away = set()
    for _ in range(4):
        ask(watching, later)
        world.turns(now=later)
    assert Certificate.objects.count() == 2
    assert {offer.application_reference for offer in Offer.objects.all()} == {
        application.reference,
        second.reference,
    }
