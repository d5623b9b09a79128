"""`up --check` for whoever runs it, wherever the home lies; and nobody's folders are opened for it."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from patience import ENDS_WITHIN

SOURCE = Path(__file__).parent.parent.parent / "src"
ORDINARY = pwd.getpwnam("nobody")
# A Unix socket's path has at most 107 octets; this home's own is longer.
LONG = "a-home-whose-name-alone-is-" + "long-" * 12

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can be somebody else"
)


@dataclass(frozen=True)
class Folder:
    """A private folder of somebody's, below /tmp."""

    path: Path
    uid: int
    gid: int

    def make(self, name: str) -> Path:
        made = self.path / name
        made.mkdir(mode=0o700)
        os.chown(made, self.uid, self.gid)
        return made


@pytest.fixture
def ordinary() -> Iterator[Folder]:
    """A 0700 folder of an ordinary user."""
    yield from private(ORDINARY.pw_uid, ORDINARY.pw_gid)


@pytest.fixture
def roots() -> Iterator[Folder]:
    yield from private(0, 0)


def private(uid: int, gid: int) -> Iterator[Folder]:
    path = Path(tempfile.mkdtemp(prefix="chopmark-private-"))
    os.chown(path, uid, gid)
    yield Folder(path, uid, gid)
    shutil.rmtree(path)


def test_an_ordinary_user_runs_it_from_a_private_clone_with_a_long_home(ordinary):
    clone = ordinary.make("clone")
    shutil.copytree(SOURCE, clone / "src", ignore=shutil.ignore_patterns("__pycache__"))
    own_everything(clone, ORDINARY)
    home = clone / LONG / "home"
    assert len(os.fsencode(home)) > 120
    before = modes_above(clone / "src")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(clone),
        "PYTHONPATH": f"{clone / 'src'}:{sysconfig.get_path('platlib')}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [reachable_python(), "-m", "chopmark.config"]
    somebody = {"user": ORDINARY.pw_uid, "group": ORDINARY.pw_gid, "extra_groups": []}
    try:
        run([*command, "up", "--check", "--home", str(home)], environment, clone, **somebody)
        assert home.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_uid for path in home.rglob("*")} == {ORDINARY.pw_uid}
    finally:
        run([*command, "remove", "--yes", "--home", str(home)], environment, clone, **somebody)
    assert modes_above(clone / "src") == before


def test_root_runs_it_with_a_private_home_in_a_private_folder(roots):
    parent = roots.make("parent")
    home = parent / "home"
    before = modes_above(parent)
    command = [sys.executable, "-m", "chopmark.config"]
    try:
        run([*command, "up", "--check", "--home", str(home)], dict(os.environ), parent)
        assert home.stat().st_mode & 0o777 == 0o700
        readable = {path for path in home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077}
        assert {path for path in readable if is_secret(path)} == set()
    finally:
        run([*command, "remove", "--yes", "--home", str(home)], dict(os.environ), parent)
    assert modes_above(parent) == before


def is_secret(path: Path) -> bool:
    return bool({"secrets", "token"} & set(path.parts)) or path.match("demo/*.*")


def run(command: list[str], environment: dict[str, str], where: Path, **somebody: object) -> None:
    done = subprocess.run(
        command,
        env=environment,
        cwd=where,
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
        **somebody,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def own_everything(folder: Path, owner: pwd.struct_passwd) -> None:
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def modes_above(folder: Path) -> dict[Path, tuple[int, int]]:
    """Mode and owner of a folder and of every folder above it."""
    return {path: (path.stat().st_mode, path.stat().st_uid) for path in [folder, *folder.parents]}


def reachable_python() -> str:
    """Python of our own version that an ordinary user may run: ours may lie below /root."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        try:
            said = subprocess.run([candidate, "--version"], user=ORDINARY.pw_uid, check=False, cwd="/")
        except OSError:
            continue
        if said.returncode == 0:
            return candidate
    pytest.fail(f"no {version} that an ordinary user can run, and nothing is proved without it")
