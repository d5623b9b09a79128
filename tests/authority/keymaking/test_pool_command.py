"""`chopmark keypool`, as an operator types it."""

import json

import pytest
from click.testing import CliRunner

from chopmark.authority.kernel import clock
from chopmark.authority.keymaking.models import PoolOrder
from chopmark.config import keypool
from world import NOON, at


@pytest.fixture
def typed(world, monkeypatch):
    """What the command answers; any code is right."""
    monkeypatch.setattr(keypool, "become", lambda home, process: None)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(
        "chopmark.authority.participants.sign_in.enter_by_code", lambda *, number, **_: world.staff(number)
    )

    def run(verb, *words, ok=True):
        with at("operator"):
            result = CliRunner().invoke(keypool.keypool.commands[verb], list(words))
        assert (result.exit_code == 0) is ok, result.output or result.exception
        return result.output

    return run


SIGNED = ("--as", "31088", "--code", "123456", "--json")


def test_it_works(typed, world):
    said = json.loads(typed("fill", "--algorithm", "P-384", "--count", "3", *SIGNED))
    assert said == {"order": PoolOrder.objects.get().pk, "algorithm": "P-384", "count": 3}
    assert json.loads(typed("status", "--json"))["P-384"]["made"] == 0
    world.turns()
    assert json.loads(typed("status", "--json")) == {
        "P-384": {"ordered": 3, "made": 3, "free": 3, "used": 0, "purged": 0}
    }
    assert typed("status") == "P-384: ordered 3, made 3, free 3, used 0, purged 0\n"


def test_an_order_is_stopped_by_its_number(typed):
    order = json.loads(typed("fill", "--algorithm", "P-384", "--count", "3", *SIGNED))["order"]
    assert json.loads(typed("stop", str(order), *SIGNED)) == {"order": order, "stopped": True}
    assert "pool_order_unknown" in typed("stop", str(order), *SIGNED, ok=False)
    assert json.loads(typed("status", "--json"))["P-384"]["ordered"] == 0


def test_an_empty_pool_says_nothing(typed):
    assert json.loads(typed("status", "--json")) == {}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--algorithm", "Ed25519", "--count", "1", *SIGNED), "pool_algorithm"),
        (("--algorithm", "P-256", "--count", "0", *SIGNED), "pool_order_too_large"),
        (
            ("--algorithm", "P-256", "--count", "1", "--as", "20588", "--code", "123456"),
            "permission_missing",
        ),
    ],
)
def test_what_is_refused_says_its_code(typed, words, code):
    assert code in typed("fill", *words, ok=False)
    assert not PoolOrder.objects.exists()
