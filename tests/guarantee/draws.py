"""Where and when kill -9 falls on what keeps the owner's guarantee. Data only; a seed repeats it."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

# Said whenever something fails; set it to see the same blows again.
SEED = os.environ.get("CHOPMARK_FAULT_SEED") or secrets.token_hex(4)

# Whom it may hit, and how often in two hundred. Three are the strongroom's: its process, the worker inside, key rotation.
BLOWS: Mapping[str, int] = {
    "desk": 44,
    "desk's worker": 10,
    "turning of keys": 16,
    "sequencer": 70,
    "witness": 60,
}
# Beside those: a backend of PostgreSQL, which takes every connection of its cluster with it.
BACKENDS: Mapping[str, int] = {"backend of the owner": 6, "backend of the authority": 6}
LONGEST_WAIT = 0.6
# Seconds from one checkpoint's appearing to the next, when its publisher has the most to lose.
ROUND = {"desk": 1.0, "desk's worker": 1.0, "sequencer": 0.1}
LONGEST_ROUND = 0.12


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow: on whom, and when. A double one does not wait until its victim is up again."""

    victim: str
    delay: float
    is_double: bool = False
    at_publishing: bool = False


def drawn(seed: str, blows: Mapping[str, int]) -> list[Blow]:
    """The blows in the order in which they fall."""
    names = [f"{victim} {number}" for victim, count in blows.items() for number in range(count)]
    found: list[Blow] = []
    for name in sorted(names, key=lambda name: chance(seed, name)):
        victim = name.rpartition(" ")[0]
        again = bool(found) and found[-1].victim == victim and chance(seed, f"double {name}") < 0.5
        aims = victim in ROUND and not again and chance(seed, f"aim {name}") < 0.5
        late = chance(seed, f"when {name}")
        delay = ROUND[victim] - 0.02 + late * LONGEST_ROUND if aims else late * LONGEST_WAIT
        found.append(Blow(victim, delay, again, aims))
    return found


def fewer(blows: Mapping[str, int], share: int) -> dict[str, int]:
    """One of so many, of each."""
    return {victim: -(-count // share) for victim, count in blows.items()}


def chance(seed: str, what: str) -> float:
    """A number in [0, 1) that looks drawn by lot, and is the same for the same seed."""
    return int.from_bytes(sha256(f"{seed} {what}".encode()).digest()[:6], "big") / 2**48
