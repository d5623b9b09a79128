"""Keeping one process alive: started in a group of its own, started again when it dies, stopped with all it started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chopmark.config.accounts import Account
from chopmark.config.linux import die_with_parent

# One that dies at each start is tried every few seconds, so that it is back soon after its cause is mended.
FIRST_WAIT, LONGEST_WAIT = 0.5, 5.0
# One that lived this long was well, and its next death starts counting anew: starts that come ten times further apart
# than the first wait are no storm.
WELL_AFTER = 5.0


@dataclass(slots=True, kw_only=True)
class Kept:
    """A process that is to run until it is told to stop."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path | None  # without one it speaks where we do
    account: Account | None = None  # another's than ours
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait: float = FIRST_WAIT
    due_at: float = field(default=0.0)

    def look_after(self, now: float) -> bool:
        """Start it if it is due; notice that it has died. Answers whether it was started."""
        if self.running is not None and self.running.poll() is not None:
            self._bury(now)
        if self.running is None and now >= self.due_at:
            self._start(now)
            return True
        return False

    def _start(self, now: float) -> None:
        with self.log.open("ab") if self.log else contextlib.nullcontext() as log:
            self.running = subprocess.Popen(
                self.command,
                env={**(self.account.environment() if self.account else os.environ), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT if self.log else None,
                # A group of its own: a Ctrl-C comes to us alone, and we stop things in order.
                process_group=0,
                preexec_fn=die_with_parent,  # noqa: PLW1509  the supervisor has one thread
                **self._as_account(),
            )
        self.started_at = now

    def _as_account(self) -> Mapping[str, Any]:
        # Where we are may be a folder that the account cannot enter, and Python looks for modules where it starts.
        return {"cwd": "/", "umask": 0o022, **self.account.run_as()} if self.account else {}

    def _bury(self, now: float) -> None:
        self._signal(signal.SIGKILL)  # what it started, if anything of it is left
        self.running = None
        if now - self.started_at > WELL_AFTER:
            self.wait = FIRST_WAIT
        self.due_at, self.wait = now + self.wait, min(self.wait * 2, LONGEST_WAIT)

    def ask_to_stop(self) -> None:
        self._signal(signal.SIGTERM, only_first=True)

    def stop(self, patience: float) -> None:
        """Wait for it to end, and kill what is left of its group."""
        if self.running is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.running.wait(timeout=max(0.0, patience))
        self._signal(signal.SIGKILL)
        self.running.wait()
        self.running = None

    def _signal(self, number: signal.Signals, *, only_first: bool = False) -> None:
        if self.running is None:
            return
        with contextlib.suppress(ProcessLookupError):  # nothing is left of it
            (os.kill if only_first else os.killpg)(self.running.pid, number)


def stop_all(kept: list[Kept], patience: float = 15.0) -> None:
    """Ask all of them at once, then see each off."""
    for one in kept:
        one.ask_to_stop()
    end = time.monotonic() + patience
    for one in kept:
        one.stop(end - time.monotonic())
