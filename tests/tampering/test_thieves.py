"""Each thing that a thief of the worker can do under the authority's name, once: the audit names whom he did it to."""

import pytest

from tampering.mutations import Mutation, undone
from tampering.thieves import THIEVES


@pytest.fixture
def stage(scene):
    assert not [str(fault) for fault in scene.faults()]
    return scene


def test_no_revocation_of_his_is_taken_for_the_authoritys(stage, tmp_path):
    missed = []
    for name, blow in THIEVES.items():
        with undone(stage, tmp_path / "keep"):
            named = Mutation(name, "thief", blow).apply(stage)
            found = stage.faults()
        if not any(map(named, found)):
            missed.append(f"{name}: {'; '.join(map(str, found[:4]))}")
    assert not missed
