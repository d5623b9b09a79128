"""An audit of a running service looks twice before it blames."""

from chopmark.config.audit.fault import Fault
from chopmark.config.audit.looking import standing

HALF_DONE = Fault("row", "ledger_leg 7", "no leaf of the log speaks of it as it is")
WRONG = Fault("leaf", "3", "its hash is not the hash of its entry")


def looks(*answers):
    left = list(answers)
    return lambda: left.pop(0)


def test_it_works():
    paused = []
    found = standing(looks([HALF_DONE, WRONG], [WRONG]), lambda: paused.append(1))
    assert found == [WRONG]
    assert paused == [1]


def test_what_comes_only_at_the_second_look_waits_for_the_next_audit():
    assert standing(looks([WRONG], [HALF_DONE, WRONG]), lambda: None) == [WRONG]


def test_a_service_without_faults_is_looked_at_once():
    def pause():
        raise AssertionError("there was nothing to look at again")

    assert standing(looks([]), pause) == []
