"""Kill -9 at every step, each process in turn: the table of tests/faults, a third a day, or all with CHOPMARK_KILLS=all."""

import os
from collections.abc import Iterator

import pytest

from chopmark.authority.kernel import clock
from faults.blows import strike
from faults.stage import running
from faults.story import Staff
from faults.table import CELLS, third_of

TODAY = clock.now().toordinal()
STRUCK = CELLS if os.environ.get("CHOPMARK_KILLS") == "all" else third_of(TODAY)


@pytest.fixture(scope="module")
def staff() -> Iterator[Staff]:
    """A running home of these tests' own: whatever else asks clients is spared the blows."""
    with running() as stage:
        yield Staff.signed_in(stage)


@pytest.mark.parametrize("cell", STRUCK, ids=lambda cell: cell.name)
def test_the_thread_survives(staff, cell):
    strike(staff, cell)
