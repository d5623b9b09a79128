"""The judges of the siege are no use if they believe anything: each is shown what it must not let pass."""

import ast
from types import SimpleNamespace

import pytest

from chopmark.pki.tlog.checkpoint import Checkpoint
from chopmark.pki.tlog.leaf import Leaf
from chopmark.pki.tlog.merkle import root_of
from guarantee import judging
from guarantee.callers import Asking, Callers
from guarantee.draws import BACKENDS, BLOWS, LONGEST_ROUND, LONGEST_WAIT, drawn
from guarantee.judging import Placed
from guarantee.leaving import KEPT, TAKEN_BACK, UNSURE
from guarantee.pounding import forged, honest
from guarantee.watching import Watcher


def written(*marks):
    return [placed({"actor": "web", "details": {"mark": mark}}) for mark in marks]


def placed(payload, refused=None):
    return Placed(1, Leaf(tag="record:opened", at=0, commitment=bytes(32), refused=refused), payload)


@pytest.mark.parametrize(
    ("there", "told", "wrong"),
    [
        (["a", "b"], {"a": KEPT, "b": UNSURE, "c": UNSURE, "d": TAKEN_BACK}, 0),
        ([], {"a": KEPT}, 1),
        (["a", "a"], {"a": KEPT}, 1),
        (["a", "a"], {"a": UNSURE}, 1),
        (["a"], {"a": TAKEN_BACK}, 1),
        (["a"], {}, 1),
    ],
    ids=["all is well", "lost", "doubled", "doubled unasked", "taken back", "from nowhere"],
)
def test_a_leaf_is_there_once_if_its_writer_was_told_so(there, told, wrong):
    assert len(list(judging.writers(written(*there), told))) == wrong


@pytest.mark.parametrize(
    ("found", "answered", "wrong"),
    [(3, True, 0), (3, False, 0), (0, False, 0), (0, True, 1), (2, True, 1), (2, False, 1), (6, True, 1)],
)
def test_an_answer_has_all_its_leaves_and_none_has_all_or_none(found, answered, wrong):
    callers = Callers(SimpleNamespace(), asked=[Asking("k1", "open many", 3, answered=answered)])
    leaves = [placed({"actor": "caller:k1"})] * found
    assert len(list(judging.askers(leaves, callers))) == wrong


def test_a_refusal_is_not_an_opening():
    callers = Callers(SimpleNamespace(), asked=[Asking("k1", "open", 1, answered=True)])
    refused = placed({"actor": "caller:k1"}, refused="case_unknown")
    assert len(list(judging.askers([refused], callers))) == 1


def seen(*heads):
    """What a watcher cries of heads, each a size and a byte of its root."""
    watcher = Watcher("here", lambda: None, lambda note: Checkpoint("log", *ast.literal_eval(note)))
    for size, root in heads:
        watcher._see(repr((size, bytes([root]) * 32)).encode())
    return watcher.faults


def test_a_watcher_cries_when_a_log_shrinks_or_forks():
    assert seen((1, 1), (5, 5), (5, 5), (9, 9)) == []
    assert len(seen((5, 5), (4, 4))) == 1
    assert len(seen((5, 5), (5, 6))) == 1


def test_what_is_forged_differs_from_what_everybody_sees_only_from_its_fork_on():
    assert root_of(7, forged(7)) == root_of(7, honest)
    assert root_of(8, forged(7)) != root_of(8, honest)


def test_the_same_seed_draws_the_same_blows_and_all_of_them():
    blows = drawn("a seed", {**BLOWS, **BACKENDS})
    assert blows == drawn("a seed", {**BLOWS, **BACKENDS})
    assert blows != drawn("another", {**BLOWS, **BACKENDS})
    assert sum(BLOWS.values()) == 200
    counted = {victim: sum(blow.victim == victim for blow in blows) for victim in (*BLOWS, *BACKENDS)}
    assert counted == {**BLOWS, **BACKENDS}
    assert all(0 <= blow.delay < 1 + max(LONGEST_ROUND, LONGEST_WAIT) for blow in blows)
    assert sum(blow.is_double for blow in blows) > 5
    assert sum(blow.at_publishing for blow in blows) > 20
