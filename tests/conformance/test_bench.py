"""The measurement of issuance, small: what it counts is there, and the audit agrees."""

import json
import subprocess
import sys

import pytest

COUNT = 2000


@pytest.mark.parametrize("kind", ["keys", "csr"])
def test_issuance_counts_what_is_stored_and_logged(kind):
    command = [
        sys.executable,
        "-m",
        "chopmark.config",
        "bench",
        "issuance",
        "--count",
        str(COUNT),
        "--input",
        kind,
    ]
    done = subprocess.run([*command, "--json"], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["stored"] == said["logged"] == COUNT
    assert said["audit"] == "nothing is wrong"
    assert said["certificates_per_second"] > 0
    assert said["ratio"] == pytest.approx(
        said["certificates_per_second"] / said["raw_signatures_per_second"], abs=0.01
    )


def test_an_algorithm_that_the_token_lacks_is_refused_plainly():
    command = [sys.executable, "-m", "chopmark.config", "bench", "issuance", "--algorithm", "mldsa65"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "mldsa65" in done.stderr
