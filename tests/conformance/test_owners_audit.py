"""The owner's own audit, and the authority's over what she writes down of her log; three hundred blows at her side."""

import json
import os
import subprocess
import sys
from pathlib import Path

from conformance.conftest import CHOPMARK
from patience import ENDS_WITHIN

STRONGROOM = Path(__file__).parent.parent / "strongroom"
COUNT = 300


def test_both_audits_agree_on_every_opening(instance, run, tmp_path):
    key = (instance.home / "owner" / "strongroom" / "log.vkey").read_text().strip()
    log = f"{instance.address('desk')}/log/"
    written = tmp_path / "openings"
    run(*CHOPMARK, "audit", "--strongroom", "--write-openings", written, "--home", instance.home)
    lines = written.read_text().splitlines()
    assert len([line for line in lines[1:] if "purpose" in json.loads(line)["payload"]]) > 3

    joined = (*CHOPMARK, "audit", "--home", instance.home, "--openings", written, "--owners-log", log)
    run(*joined, "--owners-key", key)
    written.write_text("\n".join(lines[:-1]))
    assert "no line opens it" in run(*joined, "--owners-key", key, expect=1)


def test_whatever_is_done_to_the_owners_side_is_found_and_named():
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", "whatever", str(STRONGROOM / "test_tampering.py")],
        # The strongroom's tests have settings of their own.
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        | {"CHOPMARK_TAMPER_COUNT": str(COUNT)},
        cwd=STRONGROOM,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "1 passed" in done.stdout
