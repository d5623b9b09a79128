"""Kill -9 at every step, each process in turn: the table of tests/faults, a seventh a day, or all with CHOPMARK_BLOWS=all."""

from collections.abc import Iterator

import pytest

from chopmark.authority.kernel import clock
from faults.blows import strike
from faults.stage import running
from faults.story import Staff
from faults.table import CELLS, share_of
from share import IS_WHOLE

TODAY = clock.now().toordinal()
STRUCK = CELLS if IS_WHOLE else share_of(TODAY)


@pytest.fixture(scope="module")
def staff() -> Iterator[Staff]:
    """A running home of these tests' own: whatever else asks clients is spared the blows."""
    with running() as stage:
        yield Staff.signed_in(stage)


@pytest.mark.parametrize("cell", STRUCK, ids=lambda cell: cell.name)
def test_the_thread_survives(staff, cell):
    strike(staff, cell)
