"""Kill -9 of workers, signers and the database twenty times in a campaign: of 2,000, or with CHOPMARK_BLOWS=all of 200,000."""

import json
import os
import subprocess
import sys
from pathlib import Path

from guarantee.draws import SEED
from share import IS_WHOLE

NIGHT = Path(__file__).parents[1] / "overnight" / "night.py"
BLOWS = 20
COUNT = 200_000 if IS_WHOLE else 2_000


def test_each_line_has_one_certificate_whatever_was_killed(capsys):
    path = os.pathsep.join(one for one in sys.path if one)
    done = subprocess.run(
        [sys.executable, str(NIGHT), str(COUNT), str(BLOWS), SEED],
        env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False, timeout=3600,
    )  # fmt: skip
    assert done.returncode == 0, f"CHOPMARK_FAULT_SEED={SEED}\n{done.stderr[-6000:]}"
    said = json.loads(done.stdout)
    with capsys.disabled():
        sys.stdout.write(f" {COUNT} certificates, CHOPMARK_FAULT_SEED={SEED}: {said} ")
    assert sum(said["fallen"].values()) == BLOWS
    assert max(said["struck_at"]) < COUNT, "the last blow fell when all was done"
    # Certificates, their serial numbers, the lines that they are of, and how many are in force.
    assert said["counted"] == [COUNT] * 4
    assert said["faults"] == []
