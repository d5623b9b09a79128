"""Machines of a data centre as network namespaces of this one: each has a cable to one switch, and the cable can be pulled.

All of it lives in namespaces that `./dev scale` made for this run alone (network, mounts, processes), so that nothing of it is
left when the run ends, however it ends.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from chopmark.config.accounts import Account

SWITCH, NETWORK = "switch", "10.77.0"
# What `./dev scale` says of the network outside, so that nobody builds a data centre into his own.
OUTSIDE = "CHOPMARK_SCALE_OUTSIDE"
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class NotAlone(Exception):
    """We are not in namespaces of our own: run `./dev scale`."""


def require_alone() -> None:
    outside = os.environ.get(OUTSIDE)
    if outside is None or outside == str(Path("/proc/self/ns/net").readlink()):
        raise NotAlone


def build_switch(place: Path) -> None:
    """The switch, to which the tests themselves are connected, as an operator's desk would be; and disks that are forgotten."""
    require_alone()
    # Mounts of ours are seen by nobody else, and go with us.
    for folder in (Path("/run/netns"), place):
        folder.mkdir(parents=True, exist_ok=True)
        _do("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(folder))
    _do("ip", "link", "set", "lo", "up")
    _do("ip", "link", "add", SWITCH, "type", "bridge")
    _do("ip", "address", "add", f"{NETWORK}.1/24", "dev", SWITCH)
    _do("ip", "link", "set", SWITCH, "up")


@dataclass(frozen=True, slots=True)
class Host:
    """One machine: its name, and its address in the private network."""

    name: str
    number: int

    @property
    def address(self) -> str:
        return f"{NETWORK}.{self.number}"

    def build(self) -> None:
        _do("ip", "netns", "add", self.name)
        _do("ip", "link", "add", self.name, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        _do("ip", "-n", self.name, "link", "set", "lo", "up")
        _do("ip", "-n", self.name, "address", "add", f"{self.address}/24", "dev", "eth0")
        _do("ip", "-n", self.name, "link", "set", "eth0", "up")
        _do("ip", "link", "set", self.name, "up")
        self.connect()

    def cut_off(self) -> None:
        """Its port forgets the switch: the link stays up and nothing passes, so that no process is told anything."""
        _do("ip", "link", "set", self.name, "nomaster")

    def connect(self) -> None:
        _do("ip", "link", "set", self.name, "master", SWITCH)

    def lose_power(self) -> None:
        """Nobody says goodbye: first the cable, then everything that runs there."""
        self.cut_off()
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):  # ended with the one before it
                os.kill(process, signal.SIGKILL)

    def processes(self) -> list[int]:
        return [int(one) for one in _said("ip", "netns", "pids", self.name).split()]

    def start(self, command: Sequence[str], *, told: Mapping[str, str], says: IO[bytes]) -> None:
        """A process of this machine."""
        here = ["ip", "netns", "exec", self.name, *command]
        environment = {**os.environ, **told}
        subprocess.Popen(here, env=environment, stdin=subprocess.DEVNULL, stdout=says, stderr=says)

    def run(self, command: Sequence[str], *, account: Account, told: Mapping[str, str] | None = None) -> None:
        """A program of this machine under one of its accounts, to its end."""
        lent = ["setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
        environment = {**account.environment(), **(told or {}), "LC_ALL": "C.UTF-8"}
        _do("ip", "netns", "exec", self.name, *lent, *command, environment=environment)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """What this thread opens from here on, it opens on that machine."""
        with (
            Path("/proc/thread-self/ns/net").open("rb") as ours,
            Path(f"/run/netns/{self.name}").open("rb") as theirs,
        ):
            _enter(theirs)
            try:
                yield
            finally:
                _enter(ours)


def _enter(namespace: IO[bytes]) -> None:
    if _libc.setns(namespace.fileno(), _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "this thread cannot change its network namespace")


def _do(*command: str, environment: Mapping[str, str] | None = None) -> None:
    # A daemon that it starts keeps its output open: a file, not a pipe that would be read to its end.
    with tempfile.TemporaryFile() as said:
        heard = {"stdin": subprocess.DEVNULL, "stdout": said, "stderr": said}
        code = subprocess.run(command, env=environment, cwd="/", check=False, **heard).returncode
        said.seek(0)
        words = said.read().decode().strip()
    if code:
        raise RuntimeError(f"{' '.join(command)} failed ({code}): {words}")


def _said(*command: str) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
