"""A campaign for a few people."""

import pytest

from campaign_stage import Drive, Owner, forget_templates
from chopmark.authority.campaigns.models import Campaign


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
