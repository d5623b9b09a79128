"""The report of a campaign that is over, and how somebody who has only the log's key knows it for ours."""

import hashlib
import json

import click
import pytest

from chopmark.authority.campaigns import handlers, selectors
from chopmark.authority.transparency.keys import own_key
from chopmark.config.campaigns import _write_signed
from chopmark.verifier.proof_files import check_file
from world import NOON, WORKER, at


@pytest.fixture
def finished(world, drive):
    campaign = drive.running(5)
    drive.works(campaign)
    world.signs()
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON)
    return campaign  # and the log has not got so far


def test_the_log_stands_for_the_report(world, finished, tmp_path):
    world.turns()

    files = _write_signed(finished, tmp_path)

    report = (tmp_path / f"{finished.reference}.json").read_bytes()
    (proved,) = check_file(
        (tmp_path / f"{finished.reference}.tlog-proof").read_bytes(), key=own_key(), witnesses=(), quorum=0
    )
    assert proved.leaf.tag == "campaign:finished"
    assert proved.leaf.public == {"report_sha256": hashlib.sha256(report).hexdigest()}
    said = json.loads(report)
    assert (said["reference"], said["count"], said["issued"], said["failed"]) == (
        finished.reference,
        5,
        5,
        {},
    )
    assert set(files) == {"report", "proof"}


def test_the_digest_in_the_tables_is_that_of_the_file(world, finished, tmp_path):
    world.turns()
    _write_signed(finished, tmp_path)
    digest = hashlib.sha256((tmp_path / f"{finished.reference}.json").read_bytes()).hexdigest()
    assert selectors.progress(finished).report_sha256 == digest


def test_a_report_that_the_log_has_not_signed_yet_is_waited_for(finished, tmp_path):
    with pytest.raises(click.ClickException, match="not signed it yet"):
        _write_signed(finished, tmp_path)
    assert not [*tmp_path.glob("*.json"), *tmp_path.glob("*.tlog-proof")]


def test_a_campaign_that_goes_on_has_no_signed_report(drive, tmp_path):
    with pytest.raises(click.ClickException, match="finished"):
        _write_signed(drive.running(), tmp_path)
    assert not [*tmp_path.glob("*.json"), *tmp_path.glob("*.tlog-proof")]
