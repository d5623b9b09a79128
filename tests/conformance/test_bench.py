"""The measurements, small: what each counts is there, and its ratio is to what it measured beside it."""

import json
import subprocess
import sys

import pytest

from patience import ENDS_WITHIN

COUNT = 2000


def measured(*arguments):
    command = [sys.executable, "-m", "chopmark.config", "bench", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=ENDS_WITHIN)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("kind", "algorithm", "count"), [("keys", "p256", COUNT), ("csr", "p256", COUNT), ("keys", "mldsa65", 50)]
)
def test_issuance_counts_what_is_stored_and_logged(kind, algorithm, count):
    said = measured("issuance", "--count", str(count), "--input", kind, "--algorithm", algorithm)
    assert said["stored"] == said["logged"] == count
    assert said["audit"] == "nothing is wrong"
    assert said["certificates_per_second"] > 0
    assert said["ratio"] == pytest.approx(
        said["certificates_per_second"] / said["raw_signatures_per_second"], abs=0.01
    )


def test_openings_are_all_in_the_owners_log():
    said = measured("openings", "--count", str(COUNT))
    assert said["openings_in_the_log"] == COUNT
    assert said["openings_per_second"] > 0
    assert said["ratio"] == pytest.approx(said["openings_per_second"] / said["raw_per_second"], abs=0.01)


def test_a_log_is_read_whole_by_the_verifier():
    said = measured("log", "--count", str(COUNT))
    assert said["verified_leaves"] > COUNT
    assert said["leaves_per_second"] > 0
    assert said["ratio"] == pytest.approx(said["leaves_per_second"] / said["raw_rows_per_second"], abs=0.01)


def test_interactive_issuing_stores_each_and_opens_no_ticket():
    said = measured("interactive", "--count", "6", "--at-once", "3")
    assert (said["stored"], said["tickets"]) == (6, 0)
    assert 0 < said["certificates_per_second"] < said["raw_signatures_per_second"]


def test_a_search_finds_whatever_is_asked_for():
    said = measured("search", "--certificates", str(COUNT), "--lookups", "50")
    assert said["p95_ms"] == max(
        said["page_p95_ms"], said["serial_number_p95_ms"], said["application_p95_ms"]
    )
    assert said["raw_p95_ms"] > 0
    assert said["ratio"] == pytest.approx(said["raw_p95_ms"] / said["p95_ms"], abs=0.01)
