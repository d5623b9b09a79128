"""`chopmark campaign plan-cohort` and `chopmark subscriptions`, as somebody types them."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from chopmark.authority.campaigns import extending, handlers
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.selectors import by_reference
from chopmark.authority.kernel import clock
from chopmark.config import campaigns, cohorts
from world import NOON, WORKER, at

LATER = NOON + timedelta(hours=1)
VERBS = {"plan": cohorts.plan_cohort, "subscriptions": cohorts.subscriptions}
PERSONAL = ("--type", "personal", "--issued-before", "2027-01-01")


@pytest.fixture
def typed(world, monkeypatch):
    """What the command answers; the settings of this home are read already, and any code is right."""
    for module in (campaigns, cohorts):
        monkeypatch.setattr(module, "become", lambda home, process: None)
    monkeypatch.setattr(clock, "now", lambda: LATER)
    monkeypatch.setattr(
        "chopmark.authority.participants.sign_in.enter_by_code", lambda *, number, **_: world.staff(number)
    )

    def run(command, *arguments, who="31088", ok=True, as_json=True):
        signed = [] if command in ("status", "report", "subscriptions") else ["--as", who, "--code", "123456"]
        verb = VERBS.get(command) or campaigns.campaign.commands[command]
        with at("auditor" if command == "subscriptions" else "operator"):
            result = CliRunner().invoke(verb, [*arguments, *signed, *(["--json"] if as_json else [])])
        assert (result.exit_code == 0) is ok, result.output
        return json.loads(result.output) if ok and as_json else result.output

    return run


def test_it_works(world, typed, certified):
    said = typed("plan", *PERSONAL, "--free-months", "36")
    assert (said["certificates"], said["free_months"], said["holders"]) == (3, 36, 3)
    for who in ("31088", "31102"):
        typed("approve", said["campaign"], "--digest", said["digest"], who=who)
    assert typed("start", said["campaign"])["pending"] == 3
    with at("worker"):
        extending.work(by_reference(said["campaign"]).pk, now=LATER)
        handlers.go_on(actor=WORKER, now=LATER)
    status = typed("status", said["campaign"])
    assert (status["state"], status["extended"], status["pending"]) == ("finished", 3, 0)
    assert typed("report", said["campaign"])["failed_lines"] == {}
    assert typed("subscriptions") == [
        {"type_code": "personal", "month": "2026-11", "free": 3, "free_by_decision": 3, "paid": 0, "over": 0}
    ]


def test_a_dry_run_says_the_same_and_writes_nothing(typed, certified):
    said = typed("plan", *PERSONAL, "--free-months", "24", "--dry-run")
    assert "digest" not in said
    assert Campaign.objects.count() == 1
    assert said.items() <= typed("plan", *PERSONAL, "--free-months", "24").items()
    lines = typed("plan", *PERSONAL, "--free-months", "24", "--dry-run", as_json=False).splitlines()
    assert {"months: 2026-11 3", "income_foregone_minor: 15000"} <= set(lines)


def test_what_is_refused_is_said_in_words(typed, certified):
    assert "say which certificates" in typed("plan", "--free-months", "36", ok=False)
    said = typed("plan", "--type", "personal", "--free-months", "36", ok=False)
    assert "say until when" in said
    assert "cohort_open" in said
    said = typed("plan", *PERSONAL, "--free-months", "12", ok=False)
    assert "no certificate of this cohort would be free for longer than it is (kept 3)" in said
    assert Campaign.objects.count() == 1


def test_the_report_says_it_in_lines(typed, certified):
    lines = typed("subscriptions", as_json=False).splitlines()
    assert lines == [
        "certificates that began on 2025-12-01 or later",
        "personal 2026-11: free 0; paid 3; over 0",
    ]
    assert typed("subscriptions", "--issued-after", "2026-11-17") == []
    assert typed("subscriptions", "--issued-before", "2026-11-16") == []
