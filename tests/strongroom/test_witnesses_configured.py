"""The witnesses of the owner's log, as config.toml and her policy name them; a desk that could never publish does not start."""

import tomllib
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from click.testing import CliRunner

from chopmark.pki.tlog.cosignature import cosigner_key
from chopmark.publiclog.errors import WitnessesTooFew, WitnessMalformed, WitnessTwice
from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import main, purposes
from chopmark.strongroom.log import asking, witnesses
from chopmark.strongroom.options import USUAL_POLICY, Options
from chopmark.strongroom.policy.reading import read
from chopmark.strongroom.policy.sheet import PolicyMistakes

A_MINUTE = timedelta(minutes=1)

ONE, TWO = (
    {"key": str(cosigner_key(f"witness.example/{n}", bytes([n]) * 32)), "url": "http://w"} for n in (1, 2)
)


@pytest.fixture
def configured(monkeypatch):
    """The desk as it would start, with these witnesses in config.toml and this quorum in the policy."""
    told = Options.read()

    def configure(asked, number):
        monkeypatch.setattr(witnesses, "quorum", lambda: number)
        monkeypatch.setattr(Options, "read", lambda: replace(told, witnesses=asked))
        witnesses.configured.cache_clear()

    yield configure
    witnesses.configured.cache_clear()


def test_as_many_as_the_policy_asks_for_are_enough(configured):
    configured([ONE, TWO], 2)
    witnesses.require_possible()
    assert [witness.key.name for witness in witnesses.configured()] == [
        "witness.example/1",
        "witness.example/2",
    ]


WRONG = [
    ([ONE], 2, WitnessesTooFew),
    ([], 1, WitnessesTooFew),
    ([{"key": ONE["key"]}], 1, WitnessMalformed),
    ([{"url": "http://w"}], 1, WitnessMalformed),
    ([ONE | {"key": "witness.example/one+00000000+BA"}], 0, WitnessMalformed),
    ([ONE, ONE], 1, WitnessTwice),
]


@pytest.mark.parametrize(("asked", "number", "refusal"), WRONG)
def test_a_desk_that_could_never_publish_does_not_start_and_says_what_to_do(
    configured, monkeypatch, asked, number, refusal
):
    configured(asked, number)
    monkeypatch.setattr(main, "Doors", lambda options: pytest.fail("it began to serve"))
    said = CliRunner().invoke(commands.cli, ["serve"])
    assert said.exit_code == 1
    assert "config.toml" in said.output and f"({refusal.code})" in said.output


def test_the_home_says_who_they_are_and_how_long_they_are_waited_for(tmp_path):
    (tmp_path / "config.toml").write_text(
        "[owner.witness]\npatience_minutes = 7\n"
        f'[[owner.witness.ask]]\nkey = "{ONE["key"]}"\nurl = "http://w"\n'
    )
    environment = {"STRONGROOM_HOME": str(tmp_path), "STRONGROOM_DATABASE": "dbname=strongroom"}
    told = Options.read(environment)
    assert (list(told.witnesses), told.witness_patience) == ([ONE], 7 * A_MINUTE)
    (tmp_path / "config.toml").write_text("")
    told = Options.read(environment)
    assert (list(told.witnesses), told.witness_patience) == ([], 30 * A_MINUTE)


def test_the_owners_policy_says_how_many_and_starts_with_none():
    assert purposes.terms().witness_quorum == 0
    usual = tomllib.loads(USUAL_POLICY.read_text())
    assert read(usual | {"witness": {"quorum": 2}}, file="", digest=b"").witness_quorum == 2
    del usual["witness"]
    assert read(usual, file="", digest=b"").witness_quorum == 0
    with pytest.raises(PolicyMistakes, match=r"witness\.quorum"):
        read(usual | {"witness": {"quorum": -1}}, file="", digest=b"")


def test_a_round_goes_on_after_anything(strongroom, monkeypatch):
    def fail(**_):
        raise httpx.InvalidURL("no address")

    failures = []
    monkeypatch.setattr(asking, "ask_all", fail)
    monkeypatch.setattr(asking, "close_old_connections", lambda: None)
    monkeypatch.setattr(asking, "log_failure", lambda _, failure: failures.append(type(failure)))
    asking.ask()
    assert failures == [httpx.InvalidURL]
