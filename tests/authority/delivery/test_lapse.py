"""An offer that nobody answered."""

from datetime import timedelta

import pytest

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.reading import current
from chopmark.authority.delivery.errors import AlreadyRejected
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.revocation.models import Revocation
from unchanged import refused
from world import leaves

pytestmark = pytest.mark.usefixtures("no_case_to_close")


@pytest.fixture
def too_late():
    """The first moment at which an offer has lapsed."""
    return Offer.objects.get().offered_at + timedelta(days=current().authority.acceptance_days, seconds=1)


def test_it_works(world, offered, too_late, repository):
    world.ticks(now=too_late)
    world.turns(now=too_late)
    certificate = issuance.certificate_of(offered.reference)

    assert Answer.objects.get().word == "lapsed"
    assert bytes(Revocation.objects.get().serial_number) == bytes(certificate.serial_number)
    assert "certificate:acceptance_lapsed" in [leaf["tag"] for leaf in leaves()]
    assert repository() == set()


def test_she_has_until_the_last_second(world, offered, too_late):
    world.ticks(now=too_late - timedelta(seconds=1))
    assert not Answer.objects.exists()

    world.accepts(offered, now=too_late - timedelta(seconds=1))
    world.ticks(now=too_late)
    assert Answer.objects.get().word == "accepted"


def test_it_lapses_once(world, offered, too_late):
    world.ticks(now=too_late)
    world.ticks(now=too_late)

    assert [leaf["tag"] for leaf in leaves()].count("certificate:acceptance_lapsed") == 1


def test_afterwards_it_is_too_late_to_accept(world, offered, too_late):
    world.ticks(now=too_late)
    with refused(AlreadyRejected):
        world.accepts(offered, now=too_late)


def test_the_application_stays_issued(world, offered, too_late):
    """It was: what became of the certificate is told by the answer and the revocation."""
    world.ticks(now=too_late)
    assert by_reference(offered.reference).state == "issued"
