"""The stage of the tamper suite: a world in which everything that the audit reads has happened once."""

import pytest

from authority.conftest import quick_passwords, world  # noqa: F401  fixtures
from authority.delivery.conftest import no_case_to_close  # noqa: F401  a fixture
from tampering.scene import Scene, populated


@pytest.fixture
def scene(world, settings, no_case_to_close) -> Scene:  # noqa: F811  the fixture above
    return populated(world, settings)
