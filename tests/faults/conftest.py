"""Fixtures of the saboteur's tests."""

from collections.abc import Iterator

import pytest

from faults.stage import running
from faults.story import Staff


@pytest.fixture(scope="session")
def staff() -> Iterator[Staff]:
    """The staff of one running home, signed in."""
    with running() as stage:
        yield Staff.signed_in(stage)
