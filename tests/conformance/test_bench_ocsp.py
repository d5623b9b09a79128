"""The responder's measurement runs and says its figures; how fast this machine is, no test asks."""

import json
import subprocess
import sys

from patience import ENDS_WITHIN

NAMES = {
    "bare_handler_per_second",
    "cached_get_p99_ms",
    "cached_get_per_second",
    "cached_per_second",
    "cached_post_p99_ms",
    "cached_post_per_second",
    "cached_to_bare_ratio",
    "certificates",
    "cold_start_seconds",
    "nonce_p99_ms",
    "nonce_per_second",
    "nonce_to_limit_ratio",
    "p99_ms",
    "raw_signatures_per_second",
    "revocation_to_ocsp_p99_ms",
    "warm_start_seconds",
}


def test_it_works():
    few = ["--certificates", "300", "--seconds", "1", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "chopmark.config", "bench", "ocsp", *few],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    figures = json.loads(done.stdout)
    assert figures.keys() == NAMES
    assert all(figure > 0 for figure in figures.values())


def test_without_wrk_it_says_which_package_is_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "chopmark.config", "bench", "ocsp"],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
        env={"PATH": str(tmp_path)},
    )
    assert done.returncode != 0
    assert "apt-get install wrk" in done.stderr
    assert "Traceback" not in done.stderr
