"""Other people's clients against a running instance: walked once, then left running for whoever asks it something."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from approved_services import SERVICES
from chopmark.config.home import PORTS
from chopmark.strongroom.options import USUAL_POLICY
from patience import ENDS_WITHIN, READY_WITHIN, STOPPED_WITHIN
from thief.scene import crew, found, house, owners_log  # noqa: F401  fixtures of both files of the thief's suite

# A file stays on one core, and short ones fill the gaps at the end.
LONGEST = [
    f"test_{name}"
    for name in [
        "kills",
        "desk_pages",
        "bench",
        "pages",
        "browser",
        "unprivileged",
        "up",
        "tampering",
        "own",
        "no_personal_data",
        "thief",
        "postgresql_15",
        "campaign",
        "sealed",
    ]
]
CHOPMARK = [sys.executable, "-m", "chopmark.config"]


@dataclass(frozen=True, slots=True)
class Instance:
    """A home that `up --check` has walked through, and the processes that now serve it."""

    home: Path
    summary: dict[str, Any]

    def check(self, name: str) -> Path:
        path = self.home / "check" / name
        assert path.exists(), f"the walk left no {name}"
        return path

    def address(self, name: str) -> str:
        return str(self.summary["addresses"][name])


Run = Callable[..., str]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The answers that the walk kept are good for ten minutes: whoever reads them comes first; then what takes longest."""
    items.sort(key=lambda item: ("_kept_" not in item.name, _rank(item)))


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def usual_ports() -> Iterator[None]:
    """Two homes that are made in the same moment would both choose the usual ports: nobody does, while somebody listens there."""
    with socket.socket() as holder:
        with suppress(OSError):  # the tests of the other core, or a home, do already
            holder.bind(("127.0.0.1", min(PORTS.values())))
            holder.listen()
        yield


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a client that must be there and must end well; answers what it printed."""

    def run_client(*words: object, expect: int = 0, **rest: Any) -> str:
        program = str(words[0])
        assert shutil.which(program), f"{program} is not installed: a missing client is a failure"
        done = subprocess.run(
            [str(word) for word in words],
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN,
            check=False,
            **rest,
        )
        said = done.stdout + done.stderr
        assert done.returncode == expect, f"{' '.join(map(str, words))} ended with {done.returncode}:\n{said}"
        return said

    return run_client


@pytest.fixture(scope="session")
def walked() -> Iterator[Path]:
    """A new home after `chopmark up --check`; or the running one that CHOPMARK_INSTANCE names, for whoever writes a test."""
    if running := os.environ.get("CHOPMARK_INSTANCE"):
        yield Path(running)
        return
    folder = Path(tempfile.mkdtemp(prefix="chopmark-conformance-"))
    home = folder / "home"
    done = subprocess.run(
        [*CHOPMARK, "up", "--check", "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    yield home
    # Not only the folder: root's clusters lie outside it.
    subprocess.run([*CHOPMARK, "remove", "--yes", "--home", str(home)], check=True)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def instance(walked: Path) -> Iterator[Instance]:
    """The same home, running."""
    summary = json.loads((walked / "check" / "summary.json").read_text())
    if "CHOPMARK_INSTANCE" in os.environ:
        yield Instance(walked, summary)
        return
    # Two services that the owner approved meanwhile, so that there is something to choose.
    policy = walked.parent / "policy.toml"
    policy.write_text(USUAL_POLICY.read_text() + SERVICES)
    with (walked / "up.log").open("w") as log:
        process = subprocess.Popen(
            [*CHOPMARK, "up", "--home", str(walked)],
            stdout=log,
            stderr=log,
            env={**os.environ, "STRONGROOM_POLICY": str(policy)},
            start_new_session=True,
        )
        try:
            for name in ("web", "desk", "responder"):
                _wait_for(summary["addresses"][name] + "/readyz", process, walked)
            yield Instance(walked, summary)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=STOPPED_WITHIN)


def _wait_for(address: str, process: subprocess.Popen[bytes], home: Path) -> None:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end:
        assert process.poll() is None, (home / "up.log").read_text()
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    pytest.fail(f"{address} was not ready within {READY_WITHIN} seconds:\n{(home / 'up.log').read_text()}")
