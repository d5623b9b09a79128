"""Kill -9 of strongroom, sequencer and witness at random moments, 200 times in all.

No opening without its leaf, no leaf lost or doubled, no fork; and everything comes back by itself.
"""

import sys
from collections.abc import Iterator

import pytest

from guarantee.draws import BACKENDS, BLOWS, SEED, drawn
from guarantee.house import House, standing
from guarantee.withstanding import withstand


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with standing() as house:
        yield house


def test_the_guarantee_survives(house, capsys):
    with capsys.disabled():
        sys.stdout.write(f" CHOPMARK_FAULT_SEED={SEED} ")
    assert sum(BLOWS.values()) == 200
    said = withstand(house, drawn(SEED, {**BLOWS, **BACKENDS}))
    with capsys.disabled():
        sys.stdout.write(f"{said} ")
