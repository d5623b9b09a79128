"""Kill -9 at every step, each process in turn: the whole table of tests/faults."""

from collections.abc import Iterator

import pytest

from faults.blows import strike
from faults.stage import running
from faults.story import Staff
from faults.table import CELLS


@pytest.fixture(scope="module")
def staff() -> Iterator[Staff]:
    """A running home of these tests' own: whatever else asks clients is spared the blows."""
    with running() as stage:
        yield Staff.signed_in(stage)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_the_thread_survives(staff, cell):
    strike(staff, cell)
