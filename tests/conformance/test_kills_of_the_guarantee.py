"""Kill -9 of strongroom, sequencer and witness at random moments: a tenth of 200, or all with CHOPMARK_BLOWS=all.

No opening without its leaf, no leaf lost or doubled, no fork; and everything comes back by itself.
"""

import sys
from collections.abc import Iterator

import pytest

from guarantee.draws import BACKENDS, BLOWS, SEED, drawn
from guarantee.house import House, standing
from guarantee.withstanding import withstand
from share import IS_WHOLE


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with standing() as house:
        yield house


def test_the_guarantee_survives(house, capsys):
    with capsys.disabled():
        sys.stdout.write(f" CHOPMARK_FAULT_SEED={SEED} ")
    assert sum(BLOWS.values()) == 200
    blows = {**BLOWS, **BACKENDS}
    if not IS_WHOLE:
        blows = {victim: -(-count // 10) for victim, count in blows.items()}
    said = withstand(house, drawn(SEED, blows))
    with capsys.disabled():
        sys.stdout.write(f"{said} ")
