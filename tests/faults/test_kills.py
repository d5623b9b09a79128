"""Kill -9, a few times at random, where the table says; the whole table is in tests/conformance."""

import sys

from faults.blows import SEED, strike
from faults.table import some

COUNT = 4


def test_the_thread_survives(staff, subtests, capsys):
    with capsys.disabled():
        sys.stdout.write(f" CHOPMARK_FAULT_SEED={SEED} ")
    for cell in some(SEED, COUNT):
        with subtests.test(cell.name, seed=SEED):
            strike(staff, cell)
