"""The life of one PostgreSQL cluster over any folder of programs: make, start, look after, stop.

The layout of `folder`: `data/` and `server.log` belong to the account that runs PostgreSQL; `sockets` is a short
private folder, since a socket's path must stay under 108 bytes. What lies in a folder of that account may be a link to
anywhere: so root writes nothing there, and has the account do it.
"""

import contextlib
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo

from chopmark.config.accounts import Account
from chopmark.config.binaries import Binaries
from chopmark.config.faults import Fault

LONGEST_SOCKET_PATH = 100
SUPERUSER = "postgres"
# After its postmaster was killed, a cluster refuses a new one for a second or two, until its children are gone.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """A cluster of PostgreSQL that listens on one Unix socket and asks every role for its password."""

    binaries: Binaries
    account: Account
    folder: Path
    sockets: Path
    password: str = field(repr=False)
    port: int = 5432
    is_shared: bool = False  # other accounts come to the socket too, each by its password
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def lock(self) -> Path:
        """Beside the folder: to open a file for writing in somebody else's folder is to follow his links."""
        return self.folder.with_name(f"{self.folder.name}.lock")

    @property
    def about(self) -> str:
        return f"PostgreSQL {self.binaries.version()} in {self.sockets}"

    @property
    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists()

    def dsn(self, *, database: str = "postgres", role: str = SUPERUSER, password: str | None = None) -> str:
        return make_conninfo(
            "",
            host=str(self.sockets),
            port=self.port,
            dbname=database,
            user=role,
            password=self.password if password is None else password,
        )

    def is_ready(self) -> bool:
        """Does it answer? (`pg_ctl status` only asks whether a process number exists, and calls a zombie alive.)"""
        return self._try("pg_isready", "-q", "-t", "2", "-h", str(self.sockets), "-p", str(self.port)) == ""

    def start(self) -> None:
        """Make it if it is not there, start it if it does not run; several starters may come at once."""
        self._make_folders()
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self.exists:
                self._initialise()
            end = time.monotonic() + PATIENCE
            while not self.is_ready():
                fault = self._try_to_start()
                if fault and time.monotonic() > end:
                    raise Fault(f"PostgreSQL does not start: {fault}", f"read the end of {self.log}")

    def stop(self) -> None:
        """Stop it cleanly, or at once if it will not; a cluster that does not run is left as it is."""
        if not self.exists:
            return
        with self.lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Only when somebody lives there: `pg_ctl` would signal whoever has the number in a stale pid file.
            if not self._is_inhabited():
                return
            if self._pg_ctl("-t", "30", "-m", "fast", "stop"):
                self._pg_ctl("-t", "30", "-m", "immediate", "stop")

    def _make_folders(self) -> None:
        longest = len(os.fsencode(self.sockets / f".s.PGSQL.{self.port}"))
        if longest > LONGEST_SOCKET_PATH:
            raise Fault(
                f"the socket folder {self.sockets} has too long a name for PostgreSQL", "choose a shorter one"
            )
        for folder in (self.folder, self.sockets):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), self.account.uid}:
                raise Fault(f"{folder} belongs to somebody else", "remove it, or choose another home")
            if self.account.is_lent:
                os.chown(folder, self.account.uid, self.account.gid)
        self.sockets.chmod(0o711 if self.is_shared else 0o700)

    def _initialise(self) -> None:
        # A crash here leaves a folder without PG_VERSION or a half-made one under another name: both are made anew.
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        secret = self.folder / ".superuser"
        self._write(secret, self.password)
        try:
            fault = self._try(
                *(
                    "initdb",
                    "-D",
                    str(unfinished),
                    "-U",
                    SUPERUSER,
                    "-A",
                    "scram-sha-256",
                    "--pwfile",
                    str(secret),
                ),
                *("-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"),
            )
        finally:
            secret.unlink()
        if fault:
            raise Fault(f"PostgreSQL could not make a cluster in {self.folder}: {fault}")
        self._sh('cat >> "$1"', unfinished / "postgresql.conf", said="include_if_exists = 'chopmark.conf'\n")
        with contextlib.suppress(FileNotFoundError):
            self.data.rmdir()
        unfinished.rename(self.data)

    def _write(self, path: Path, text: str) -> None:
        """Write a file that PostgreSQL's account can read, and nobody else."""
        self._sh('umask 077 && rm -f "$1" && cat > "$1"', path, said=text)

    def _try_to_start(self) -> str:
        self._remove_stale_files()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0777" if self.is_shared else "0700",
            "port": str(self.port),
            "max_connections": "200",
            "timezone": "UTC",
            **self.settings,
        }
        # Written before each start, so that a home that was moved finds its sockets in the new place;
        # included before postgresql.auto.conf, so that an operator's ALTER SYSTEM has the last word.
        lines = "".join(f"{name} = '{value}'\n" for name, value in options.items())
        self._write(self.data / "chopmark.conf", lines)
        fault = self._pg_ctl("-l", str(self.log), "-t", "600", "start")
        if fault:
            time.sleep(0.3)
        return fault

    def _remove_stale_files(self) -> None:
        """Remove what a dead postmaster left, when the process number it wrote down is somebody else's by now.

        PostgreSQL sees for itself that a number is free; after a reboot it may be taken by a stranger.
        """
        if not self._is_inhabited():
            self._sh('rm -f "$1"', self.data / "postmaster.pid")
            for stale in self.sockets.glob(".s.PGSQL.*"):
                stale.unlink(missing_ok=True)

    def _is_inhabited(self) -> bool:
        """Does a PostgreSQL process live in the data folder? A postmaster and each of its children do."""
        return any(self._is_ours(process) for process in Path("/proc").glob("[0-9]*"))

    def _is_ours(self, process: Path) -> bool:
        try:
            if (process / "comm").read_text() != "postgres\n" or process.stat().st_uid != self.account.uid:
                return False
            return (process / "cwd").samefile(self.data)
        except PermissionError:
            return True  # cannot tell: leave the question to PostgreSQL's own check
        except OSError:
            return False  # gone meanwhile, or a zombie, which lives nowhere

    def _pg_ctl(self, *arguments: str) -> str:
        return self._try("pg_ctl", "-D", str(self.data), "-w", "-s", *arguments)

    def _try(self, tool: str, *arguments: str) -> str:
        """Run a program of PostgreSQL under its account; answers what went wrong, or nothing."""
        done = self._run([str(self.binaries.tool(tool)), *arguments])
        return "" if done.returncode == 0 else done.stderr.strip() or f"{tool} failed ({done.returncode})"

    def _sh(self, script: str, path: Path, said: str = "") -> None:
        """Have the account do something to one of its own files, whose name is `$1`."""
        done = self._run(["/bin/sh", "-c", script, "sh", str(path)], said=said)
        if done.returncode:
            raise Fault(f"{self.account.name} cannot write {path}: {done.stderr.strip()}")

    def _run(self, command: list[str], *, said: str | None = None) -> subprocess.CompletedProcess[str]:
        told = self.account.environment().items()
        environment = {name: value for name, value in told if not name.startswith("PG")}
        heard = {"stdin": subprocess.DEVNULL} if said is None else {"input": said}
        return subprocess.run(
            command,
            check=False,
            env=environment | {"LC_ALL": "C.UTF-8"},
            cwd="/",
            **heard,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # A session of its own, or a Ctrl-C meant for us would stop PostgreSQL under our feet.
            start_new_session=True,
            **self.account.run_as(),
        )
