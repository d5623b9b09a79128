import os
import signal
import sys
import time
from pathlib import Path

import pytest

from chopmark.config.processes import FIRST_WAIT, Kept, stop_all

WAITS = "import signal; signal.pause()"


@pytest.fixture
def kept(tmp_path):
    kept = Kept(name="one", command=[sys.executable, "-c", WAITS], environment={}, log=tmp_path / "log")
    yield kept
    stop_all([kept], patience=0)


def gone(number: int) -> bool:
    return not Path(f"/proc/{number}").exists()


def test_it_works(kept):
    assert kept.look_after(0.0)
    assert kept.running.poll() is None
    assert not kept.look_after(1.0)


def test_a_killed_process_is_started_again_after_a_while(kept):
    kept.look_after(0.0)
    first = kept.running
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not kept.look_after(1.0)
    assert not kept.look_after(1.0 + FIRST_WAIT / 2)
    assert kept.look_after(1.0 + FIRST_WAIT)
    assert kept.running.pid != first.pid


def test_one_that_dies_again_and_again_is_started_ever_more_slowly(kept):
    now, pauses = 0.0, []
    for _ in range(4):
        kept.look_after(now)
        kept.running.kill()
        kept.running.wait()
        kept.look_after(now)
        pauses.append(kept.due_at - now)
        now = kept.due_at
    assert pauses == [FIRST_WAIT, FIRST_WAIT * 2, FIRST_WAIT * 4, FIRST_WAIT * 8]


def test_stopping_leaves_nothing_of_its_group(tmp_path):
    script = (
        "import os, subprocess; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    )
    kept = Kept(name="one", command=[sys.executable, "-c", script], environment={}, log=tmp_path / "log")
    kept.look_after(0.0)
    end = time.monotonic() + 10
    while not kept.log.read_text().strip() and time.monotonic() < end:
        os.sched_yield()
    grandchild = int(kept.log.read_text())
    stop_all([kept], patience=5)
    end = time.monotonic() + 10
    while not gone(grandchild) and Path(f"/proc/{grandchild}/stat").read_text().split()[2] != "Z":
        assert time.monotonic() < end
    assert kept.running is None
