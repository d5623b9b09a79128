"""The oldest PostgreSQL we promise: the services, the log and the ledger on Debian's own server."""

import os
import subprocess
import sys
from pathlib import Path

from patience import ENDS_WITHIN

BINARIES = Path("/usr/lib/postgresql/15/bin")
FOLDERS = ("ledger", "transparency", "issuance", "publication", "kernel", "audit")


def test_the_services_run_on_it():
    assert (BINARIES / "postgres").exists(), "PostgreSQL 15 is not installed: a missing server is a failure"
    tests = [f"tests/authority/{folder}" for folder in FOLDERS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", *tests],
        env={**os.environ, "CHOPMARK_TEST_PG_BIN": str(BINARIES)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
