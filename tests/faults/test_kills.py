"""Kill -9, ten times at random, where the table says; the whole table is in tests/conformance."""

import os
import secrets

from faults.blows import strike
from faults.table import some

COUNT = 10


def test_the_thread_survives(staff, subtests):
    seed = os.environ.get("CHOPMARK_FAULT_SEED") or secrets.token_hex(4)
    print(f"CHOPMARK_FAULT_SEED={seed}")
    for cell in some(seed, COUNT):
        with subtests.test(cell.name, seed=seed):
            strike(staff, cell, seed)
