"""What an operator reads of a campaign at the terminal: the very selectors that the console shows."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from authority.web import campaigns as stage
from chopmark.authority.kernel import clock
from chopmark.config import campaigns


@pytest.fixture
def terminal(db, monkeypatch, as_process):
    """`chopmark campaign …`, under the grants of the operator's process."""
    monkeypatch.setattr(campaigns, "become", lambda home, process: None)

    def run(*words: str) -> dict[str, object]:
        with as_process("operator"):
            answer = CliRunner().invoke(campaigns.campaign, [*words, "--json"])
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.output)

    return run


def test_it_works(terminal):
    now = clock.now()
    campaign = stage.planned(4000)
    stage.agreed(campaign, "31088", "31102")
    stage.stepped(campaign, "started", at=now - timedelta(minutes=10))
    stage.done(campaign, 0, 1999, at=now - timedelta(minutes=1))
    stage.failed(campaign, 0, 7, "record_shredded")

    said = terminal("status", campaign.reference)

    assert (said["state"], said["issued"], said["pending"]) == ("running", 1999, 2000)
    assert (said["done_lately"], said["over_seconds"], said["per_second"]) == (1999, 300, 6.7)
    assert said["seconds_left"] == round(2000 * 300 / 1999)
    assert said["double"] == 0


def test_the_report_names_the_lines_that_failed(terminal):
    campaign = stage.planned()
    stage.failed(campaign, 0, 1, "record_shredded")
    failed = terminal("report", campaign.reference)["failed_lines"]
    assert failed == {f"CP{campaign.pk:04d}000000001": "record_shredded"}
