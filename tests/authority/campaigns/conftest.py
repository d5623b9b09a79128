"""A campaign for a few people."""

import pytest

from authority.campaigns.card_stage import bureau, transport_key  # noqa: F401  fixtures
from campaign_stage import Drive, Owner, forget_templates
from chopmark.authority.applications.models import Application
from chopmark.authority.campaigns import handlers
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.issuance.models import Certificate
from world import NOON, WORKER, at


@pytest.fixture(autouse=True)
def no_template_of_another_pack():
    yield
    forget_templates()


@pytest.fixture
def drive(world) -> Drive:
    return Drive(world, Owner(world))


@pytest.fixture
def intended(drive) -> Campaign:
    """A campaign of three whose chunk is named and intended; the signer has not seen it."""
    campaign = drive.running()
    drive.works(campaign)
    return campaign


@pytest.fixture
def certified(world, drive) -> Campaign:
    """A population of three with certificates; what the machines had to do of it is done."""
    campaign = drive.running()
    drive.works(campaign)
    world.turns()
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON)
    world.turns()
    assert Certificate.objects.count() == 3
    return campaign


@pytest.fixture
def people(certified):
    """The records of the three, in the order of their certificates."""
    references = Certificate.objects.order_by("id").values_list("application_reference", flat=True)
    return [Application.objects.get(reference=one).record_id for one in references]


@pytest.fixture
def old(certified):
    return [bytes(one) for one in Certificate.objects.order_by("id").values_list("serial_number", flat=True)]
