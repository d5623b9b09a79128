"""`chopmark campaign plan-revocation`, as an operator types it."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from campaign_stage import GRANT
from chopmark.authority.applications.models import Application
from chopmark.authority.campaigns import foretelling, revoking
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.selectors import by_reference, terms_of
from chopmark.authority.catalogue.words import KeyAlgorithm
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel import clock
from chopmark.authority.revocation.models import Revocation
from chopmark.config import campaigns, mass_replacement, mass_revocation
from chopmark.pki.reasons import CRLReason
from world import NOON, at

PLANS = {"plan": mass_revocation.plan_revocation, "plan-replacement": mass_replacement.plan_replacement}
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def typed(world, monkeypatch):
    """What the command answers; the settings of this home are read already, and any code is right."""
    for module in (campaigns, mass_replacement, mass_revocation):
        monkeypatch.setattr(module, "become", lambda home, process: None)
    monkeypatch.setattr(clock, "now", lambda: LATER)
    monkeypatch.setattr(
        "chopmark.authority.participants.sign_in.enter_by_code", lambda *, number, **_: world.staff(number)
    )

    def run(command, *arguments, who="31088", ok=True, as_json=True):
        said = [str(one) for one in arguments]
        signed = [] if command in ("status", "report") else ["--as", who, "--code", "123456"]
        verb = PLANS.get(command) or campaigns.campaign.commands[command]
        with at("operator"):
            result = CliRunner().invoke(verb, [*said, *signed, *(["--json"] if as_json else [])])
        assert (result.exit_code == 0) is ok, result.output
        return json.loads(result.output) if ok and as_json else result.output

    return run


def test_it_works(typed, certified):
    said = typed("plan", "--type", "personal", "--key", "p256", "--reason", "keyCompromise")
    assert (said["certificates"], said["reason"]) == (3, "key_compromise")
    for who in ("31088", "31102"):
        typed("approve", said["campaign"], "--digest", said["digest"], who=who)
    assert typed("start", said["campaign"])["state"] == "running"
    with at("worker"):
        revoking.work(by_reference(said["campaign"]).pk, 0, now=LATER)
    assert typed("status", said["campaign"])["revoked"] == 3
    assert typed("report", said["campaign"])["failed_lines"] == {}
    assert Revocation.objects.count() == 3


def test_a_dry_run_says_the_same_and_writes_nothing(typed, certified):
    asked = ("--issued-after", "2026-11-16", "--issued-before", "2026-11-17", "--reason", "superseded")
    said = typed("plan", *asked, "--dry-run")
    assert said["certificates"] == 3
    assert "digest" not in said
    assert Campaign.objects.count() == 1
    assert said.items() <= typed("plan", *asked).items()
    lines = typed("plan", *asked, "--dry-run", as_json=False).splitlines()
    assert "types: personal 3" in lines


def test_a_day_begins_at_midnight_where_the_authority_is(typed, certified):
    """The certificates are of noon there, which is four in the morning in UTC."""
    asked = ("--reason", "superseded", "--dry-run")
    assert typed("plan", "--issued-after", "2026-11-16T11:00+0800", *asked)["certificates"] == 3
    assert "nothing to revoke" in typed("plan", "--issued-before", "2026-11-16", *asked, ok=False)
    assert "nothing to revoke" in typed("plan", "--issued-after", "2026-11-17", *asked, ok=False)


def test_files_of_serial_numbers_and_of_keys(typed, certified, tmp_path):
    file = tmp_path / "serials"
    first = Certificate.objects.order_by("id").first()
    file.write_text(f"# ours\n{bytes(first.serial_number).hex(':')}\n")
    said = typed("plan", "--serials", file, "--reason", "superseded", "--dry-run")
    assert said["certificates"] == 1
    file.write_text("ab" * 32)
    assert "nothing to revoke" in typed("plan", "--keys", file, "--reason", "superseded", ok=False)


def test_a_line_that_cannot_be_used_is_named(typed, certified, tmp_path):
    file = tmp_path / "serials"
    file.write_text(f"{'41' * 16}\n")
    said = typed("plan", "--serials", file, "--reason", "superseded", ok=False)
    assert "line 1: no certificate of ours has this serial number" in said
    assert "campaign_faulty" in said


def test_a_reason_that_may_not_be_given_is_named(typed, certified):
    said = typed("plan", "--type", "personal", "--reason", "certificateHold", ok=False)
    assert "do not let the authority" in said
    assert "reason certificate_hold" in said
    assert "reason_not_permitted" in said


def test_without_a_condition_nothing_is_planned(typed, certified):
    assert "say which certificates" in typed("plan", "--reason", "superseded", ok=False)
    assert Campaign.objects.count() == 1


@pytest.fixture
def file(drive, certified, tmp_path):
    """New keys for two of the three."""
    records = Application.objects.filter(reference__startswith="CP").values_list("record_id", flat=True)
    path = tmp_path / "lines"
    path.write_text("".join(f"{drive.line(record)}\n" for record in records[:2]))
    return path


REPLACED = ("--type", "personal", "--input", "keys", "--grant", GRANT)


def test_a_replacement_whose_holders_could_not_accept_is_not_planned(typed, file):
    said = typed("plan-replacement", file, *REPLACED, "--by", "2026-12-16", ok=False)
    assert "holders who have no login could not accept" in said
    assert Campaign.objects.count() == 1


def test_a_replacement_is_planned_by_a_day(typed, file, monkeypatch):
    monkeypatch.setattr(foretelling.holders, "with_login", len)
    asked = (
        file,
        *REPLACED,
        "--by",
        "2026-12-16",
        "--then",
        "revoke",
        "--overlap-days",
        "7",
        "--key",
        "p256",
    )
    dry = typed("plan-replacement", *asked, "--dry-run")
    assert Campaign.objects.count() == 1
    said = typed("plan-replacement", *asked)
    assert dry.items() <= said.items()
    assert (said["certificates"], said["with_key"], said["without_key"]) == (3, 2, 1)
    terms = terms_of(by_reference(said["campaign"]))
    assert (terms["by"], terms["then"], terms["overlap_days"]) == ("2026-12-16T00:00:00+08:00", "revoke", 7)
    for who in ("31088", "31102"):
        typed("approve", said["campaign"], "--digest", said["digest"], who=who)
    assert typed("start", said["campaign"])["pending"] == 3


def test_a_line_of_a_stranger_is_named(typed, drive, file):
    file.write_text(f"{drive.line(drive.person())}\n")
    said = typed("plan-replacement", file, *REPLACED, "--by", "2026-12-16", ok=False)
    assert "line 1: the record has no certificate that is to be replaced: leave the line out" in said


def test_a_day_that_has_passed_is_refused(typed, file):
    said = typed("plan-replacement", file, *REPLACED, "--by", "2026-11-16", ok=False)
    assert "must be to come" in said


def test_the_command_knows_every_reason_and_kind_of_key():
    assert set(mass_revocation.REASONS.values()) == set(CRLReason)
    assert {name.lower() for name in mass_revocation.REASONS} == {
        reason.name.replace("_", "").lower() for reason in CRLReason
    }
    assert set(mass_revocation.KEYS.values()) == set(KeyAlgorithm)
