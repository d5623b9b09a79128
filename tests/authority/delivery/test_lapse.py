"""An offer that nobody answered."""

from datetime import timedelta

import pytest

from chopmark.authority import pipeline
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.reading import current
from chopmark.authority.delivery.errors import AlreadyRejected
from chopmark.authority.delivery.events import CertificateAccepted
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel.models import Handover
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.revocation.models import Revocation
from unchanged import refused
from world import at, leaves

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


def test_what_fell_due_while_nothing_ran_lapses_within_the_hour(world, offered, too_late):
    """Each tick looks a day back; the first minute of an hour looks at all."""
    days_later = too_late + timedelta(days=3)
    world.ticks(now=days_later.replace(minute=59))
    assert not Answer.objects.exists()
    world.ticks(now=days_later.replace(minute=0) + timedelta(hours=1))
    assert Answer.objects.get().word == "lapsed"


def test_between_the_hours_it_lapses_as_soon_as_it_is_due(world, offered, too_late):
    world.ticks(now=too_late + timedelta(minutes=30))
    assert Answer.objects.get().word == "lapsed"


def test_no_more_lapse_than_are_heard_between_two_ticks(world, offered, too_late, monkeypatch):
    """News that nobody heard yet comes first: a million offers may fall due in one hour."""
    monkeypatch.setattr(pipeline, "LAPSED_AT_ONCE", 1)
    with at("worker"):
        hand_on(CertificateAccepted(1, "00", offered.reference))
    world.ticks(now=too_late)
    assert not Answer.objects.exists()

    with at("worker"):
        Handover.objects.filter(handled_at=None).update(handled_at=too_late)
    world.ticks(now=too_late)
    assert Answer.objects.get().word == "lapsed"
