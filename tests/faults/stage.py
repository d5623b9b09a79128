"""A running installation whose processes may be killed: started once, and asked what has become of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chopmark.config.check.people import Credentials
from chopmark.config.children import CHILDREN, Child, authority_environment, strongroom_environment
from chopmark.config.home import Home, open_home
from patience import READY_WITHIN, SETTLED_WITHIN, STOPPED_WITHIN

CHOPMARK = [sys.executable, "-m", "chopmark.config"]
LOOK_EVERY = 0.1
# What stands in the command line of each child, and of no other.
SAYS = {
    "web": "chopmark.config.wsgi:application",
    "responder": "chopmark.config.responder_main:application",
    "strongroom": "chopmark.strongroom",
    "signer": "chopmark.config.signer_root",
    "worker": "chopmark.config.worker_main",
}
CLUSTERS = {"authority postmaster": 0, "owner postmaster": 1}
WELCOME = """
import django, sys
django.setup()
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.services import FOUNDER, register_staff
print(register_staff(number=sys.argv[1], name="Newcomer", kind=ActorKind.OFFICER, roles=[Role.INTAKE_OFFICER],
                     outlet="DEMO", vetted_on=clock.now().date(), nondisclosure_on=clock.now().date(), actor=FOUNDER,
                     now=clock.now()))
"""


@dataclass
class Stage:
    """One home that is being kept running, its staff's credentials, and an oracle beside it."""

    home: Home
    supervisor: subprocess.Popen[bytes]
    oracle: subprocess.Popen[str]

    # --- its processes ---

    def kill(self, process: str) -> None:
        """Kill -9 a child with whatever it has started, or the postmaster of a cluster."""
        if process in CLUSTERS:
            os.kill(self._postmaster(process), signal.SIGKILL)
        else:
            os.killpg(eventually(lambda: self._child(process), READY_WITHIN), signal.SIGKILL)

    def _postmaster(self, process: str) -> int:
        cluster = self.home.clusters()[CLUSTERS[process]]
        return int((cluster.data / "postmaster.pid").read_text().split("\n")[0])

    def _child(self, name: str) -> int | None:
        for process in children_of(self.supervisor.pid):
            if SAYS[name] in words_of(process):
                return process
        return None

    def wait_until_ready(self) -> None:
        """All processes are there, and say so themselves."""
        for child in CHILDREN:
            eventually(lambda child=child: self._is_ready(child) or None, READY_WITHIN)
        for cluster in self.home.clusters():
            eventually(lambda cluster=cluster: cluster.is_ready() or None, READY_WITHIN)

    def _is_ready(self, child: Child) -> bool:
        process = self._child(child.name)
        if self.supervisor.poll() is not None:
            raise AssertionError("`chopmark up` has ended")
        if process is None or not child.is_ready(self.home):
            return False
        # A heartbeat outlives the process that was killed by some seconds.
        beat = child.heartbeat(self.home)
        return bool(child.address) or beat.stat().st_mtime > Path(f"/proc/{process}").stat().st_mtime

    # --- its people ---

    def credentials(self) -> Credentials:
        return Credentials.of(self.home.path / "demo" / "credentials.json")

    def links(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.home.path / "demo" / "links.json").read_text())
        return found

    def register(self, number: str) -> tuple[str, str]:
        """Let somebody in who was never here before; answers the two links she gets, of counter and owner's desk."""
        token = said_by([sys.executable, "-c", WELCOME, number], authority_environment(self.home, "migrate"))
        desk = [sys.executable, "-m", "chopmark.strongroom", "register-officer", number, "Newcomer"]
        link = said_by(desk, strongroom_environment(self.home, "desk"))
        return f"{self.home.address('web')}/staff/welcome/{token}", link

    # --- what has become of it ---

    def ask(self) -> dict[str, Any]:
        """What is still on its way, and what is wrong."""
        assert self.oracle.stdin is not None
        assert self.oracle.stdout is not None
        self.oracle.stdin.write("\n")
        self.oracle.stdin.flush()
        said: dict[str, Any] = json.loads(self.oracle.stdout.readline())
        return said

    def settle(self) -> None:
        """Nothing is on its way any more, and nothing is wrong; fails with what still is when it took too long."""
        said: dict[str, Any] = {}

        def settled() -> bool | None:
            said.update(self.ask())
            return None if said["waiting"] or said["faults"] else True

        try:
            eventually(settled, SETTLED_WITHIN)
        except AssertionError:
            raise AssertionError(f"not settled: {json.dumps(said, indent=1)}") from None


@contextmanager
def running() -> Iterator[Stage]:
    """A new home, up; stopped and removed at the end, with nothing of it left."""
    folder = Path(tempfile.mkdtemp(prefix="chopmark-faults-"))
    path = folder / "home"
    with (folder / "up.log").open("w") as log:
        up = subprocess.Popen(
            [*CHOPMARK, "up", "--home", str(path)], stdout=log, stderr=log, start_new_session=True
        )
    try:
        eventually(lambda: is_up(up, folder / "up.log"), READY_WITHIN)
        home = open_home(path)
        asking = [sys.executable, str(Path(__file__).with_name("asking.py"))]
        environment = {**os.environ, **authority_environment(home, "audit")}
        with subprocess.Popen(
            asking, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as oracle:
            yield Stage(home, up, oracle)
            assert oracle.stdin is not None
            oracle.stdin.close()
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(timeout=STOPPED_WITHIN)
        subprocess.run([*CHOPMARK, "remove", "--yes", "--home", str(path)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


def is_up(up: subprocess.Popen[bytes], log: Path) -> bool | None:
    assert up.poll() is None, log.read_text()
    return "everything is ready" in log.read_text() or None


def children_of(parent: int) -> list[int]:
    """The process numbers of those that it has started and that live."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, ppid = status.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # gone meanwhile
            continue
        if int(ppid) == parent and state != "Z":
            found.append(int(status.parent.name))
    return found


def words_of(process: int) -> list[str]:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().split("\0")
    except OSError:
        return []


def said_by(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def eventually(look: Callable[[], Any], within: float) -> Any:
    end = time.monotonic() + within
    while (found := look()) is None:
        assert time.monotonic() < end, f"waited {within:.0f} seconds in vain"
        time.sleep(LOOK_EVERY)
    return found
