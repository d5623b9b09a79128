"""An application on its way across the counter."""

import pytest


@pytest.fixture
def submitted(stage):
    """Asha's application with the owner's receipt."""
    return stage.submits(stage.begins())


@pytest.fixture
def gathered(stage):
    """Everything is there; nobody has asked for release."""
    return stage.gathers(stage.begins())


@pytest.fixture
def taken_in(stage):
    """Bikram has asked for release."""
    return stage.takes_in(stage.begins())
