"""Several processes of one kind under one parent, which starts again what dies, and ends with them.

`python -m chopmark.config.together N COMMAND...` runs N times the command. The parent beats only while each of them does, so
that one that hangs is not hidden by the others.
"""

import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from chopmark.config.children import beats
from chopmark.config.processes import Kept, stop_all

TICK = 0.25
# Far longer than a chunk takes on the slowest machine, since whoever is killed at one spends its serial numbers.
HUNG_AFTER = 300.0
_BEAT = "CHOPMARK_HEARTBEAT"


def command(count: int, of_one: Sequence[str]) -> list[str]:
    """What to run for so many of it."""
    return [sys.executable, "-m", __name__, str(count), *of_one]


def keep(count: int, of_one: Sequence[str], heartbeat: Path | None) -> None:
    """Keep so many running until SIGTERM, SIGINT or SIGHUP; they are told first, and waited for."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    # A folder of the parent's own account: one process may not make files in the home's.
    with tempfile.TemporaryDirectory(prefix="chopmark-beats-") as folder:
        own = [Path(folder) / str(number) for number in range(count)]
        kept = [
            Kept(name=beat.name, command=list(of_one), environment={_BEAT: str(beat)}, log=None)
            for beat in own
        ]
        try:
            while not stop.is_set():
                for one, beat in zip(kept, own, strict=True):
                    end_if_silent(one, beat, time.monotonic())
                    one.look_after(time.monotonic())
                if heartbeat is not None and all(map(beats, own)):
                    heartbeat.touch()
                stop.wait(TICK)
        finally:
            stop_all(kept)


def end_if_silent(one: Kept, heartbeat: Path, now: float) -> None:
    """Kill one that has said nothing for so long that it hangs: what it claimed is spent, and waits for nobody."""
    if one.running is not None and now - one.started_at > HUNG_AFTER and not beats(heartbeat, HUNG_AFTER):
        one.stop(0)


def main(count: str, *of_one: str) -> None:
    heartbeat = os.environ.get(_BEAT)
    keep(int(count), of_one, Path(heartbeat) if heartbeat else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
