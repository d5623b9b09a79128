"""What the owner's officers type: one person's own credential for each act, and a refusal is one line."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from owners_stage import DEVI, FARAH, officers_are_in
from people import LATER, asha_applies

from chopmark.strongroom import clock, commands
from chopmark.strongroom.__main__ import cli
from chopmark.strongroom.options import USUAL_POLICY
from chopmark.strongroom.policy.models import Alert, Hold, OwnerGrant
from chopmark.strongroom.services import cases, owners


@pytest.fixture
def run(strongroom, monkeypatch):
    officers_are_in()

    def typed(*arguments, by=None):
        monkeypatch.setattr(commands, "_who", lambda: by)
        return CliRunner().invoke(cli, [str(argument) for argument in arguments])

    return typed


def test_it_works(run):
    until = f"{clock.now() + timedelta(days=3):%Y-%m-%d}"
    wrote = run("grant", "write", "renewal", "name", "--records", 5, "--until", until, by=DEVI)
    grant_id = OwnerGrant.objects.get().pk
    assert wrote.output == f"{grant_id}\n"
    assert run("grant", "sign", grant_id, by=DEVI).output.endswith("signed by 1 of 2\n")
    assert run("grant", "sign", grant_id, by=FARAH).output.endswith("signed by 2 of 2\n")
    listed = run("grant", "list").output
    assert f"{grant_id} renewal (name) for authority: 0 of 5" in listed
    assert f"signed by {DEVI.id}, {FARAH.id}" in listed
    assert run("grant", "end", grant_id, by=FARAH).output == "ended\n"


def test_a_refusal_is_one_line_and_fails(run):
    until = f"{clock.now() + timedelta(days=3):%Y-%m-%d}"
    run("grant", "write", "renewal", "name", "--records", 5, "--until", until, by=DEVI)
    grant_id = OwnerGrant.objects.get().pk
    run("grant", "sign", grant_id, by=DEVI)
    again = run("grant", "sign", grant_id, by=DEVI)
    assert again.exit_code == 1
    assert again.output.endswith("Error: refused: grant_already_signed\n")


def test_holds_and_retention(run):
    asha = asha_applies(now=LATER - timedelta(days=4001))
    cases.close_case(case_id=asha.case_id, actor=DEVI, now=LATER - timedelta(days=4000))
    assert run("hold", "place", asha.record_id, "audit", by=DEVI).output.endswith("placed\n")
    assert run("retention", "due").output.strip().endswith("held")
    assert run("retention", "shred").output == "0 shredded\n"
    assert run("hold", "lift", Hold.objects.get().pk, by=FARAH).output.endswith("lifted\n")
    assert run("retention", "shred").output == "0 shredded\n"
    assert (
        run("retention", "confirm", 2, by=DEVI).output == "Error: refused: due_changed {'was': 2, 'now': 1}\n"
    )
    assert run("retention", "confirm", 1, by=DEVI).output == "1 confirmed\n"
    assert run("retention", "shred").output == "1 shredded\n"
    assert run("retention", "due").output == ""


def test_alerts(run):
    Alert.objects.create(leaf_id=2, pattern="p", asker="authority", purpose="", count=9, raised_at=LATER)
    assert run("alerts").output == "alert 2 2026-11-12 02:47 p authority 9\n"
    assert run("alerts", "acknowledge", 2, "ordinary", by=DEVI).output == "acknowledged\n"
    assert run("alerts").output == ""
    assert run("withheld").output == ""


def test_a_policy_is_checked_before_it_is_used(run, tmp_path):
    assert run("policy", "check", USUAL_POLICY).output.startswith("2026-11, in force from 2026-11-01: ")
    mine = tmp_path / "mine.toml"
    mine.write_text(USUAL_POLICY.read_text().replace("per_hour = 60", "per_hour = 0"))
    checked = run("policy", "check", mine)
    assert checked.exit_code == 1
    assert (
        checked.output
        == "Error: mine.toml: purpose.enquiry.per_hour: must be a number from 1 to 1000000000\n"
    )


def test_the_credential_is_asked_for_and_never_an_argument(strongroom, monkeypatch):
    given = []
    monkeypatch.setattr(owners, "prove", lambda *, credential, actor, now: given.append(credential) or DEVI)
    officers_are_in()
    record_id = asha_applies().record_id
    typed = CliRunner().invoke(
        cli, ["hold", "place", str(record_id), "audit"], input="90011\nher own secret\n123456\n"
    )
    assert typed.exit_code == 0
    assert (given[0].number, given[0].password, given[0].code) == ("90011", "her own secret", "123456")
    assert "her own secret" not in typed.output + repr(given[0])
