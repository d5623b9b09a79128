"""The suite's one sentence: whatever is done to the world, the audit finds it and says what was touched."""

import os
import secrets
from pathlib import Path

from tampering.mutations import Mutation, deck, undone
from tampering.side import Stage

# Said with every run; set it to see the same blows again.
SEED = os.environ.get("CHOPMARK_TAMPER_SEED") or secrets.token_hex(4)


def unnamed(scene: Stage, count: int, keep: Path) -> list[str]:
    """What was done and not named, with what was said instead; the untouched world has no fault before and after."""
    said = list(map(str, scene.faults()))
    assert not said, said
    missed = [said for mutation in deck(scene.side, SEED, count) if (said := _strike(scene, mutation, keep))]
    said = list(map(str, scene.faults()))
    assert not said, said
    return missed


def _strike(scene: Stage, mutation: Mutation, keep: Path) -> str:
    with undone(scene, keep):
        named = mutation.apply(scene)
        found = scene.faults()
        if any(named(fault) for fault in found):
            return ""
        said = "; ".join(map(str, found[:4])) or "nothing"
        return f"{mutation.name} ({mutation.seed}): the audit says {said}"
