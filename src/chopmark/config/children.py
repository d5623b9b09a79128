"""The processes of one installation: how each is started, under which environment, and how it says that it is ready."""

import http.client
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from psycopg.conninfo import make_conninfo

from chopmark.config import connections
from chopmark.config.accounts import Account, Part
from chopmark.config.folders import write_once
from chopmark.config.home import Home
from chopmark.config.roles import (
    STRONGROOM,
    STRONGROOM_AUDITOR,
    STRONGROOM_DATABASE,
    STRONGROOM_MIGRATOR,
    STRONGROOM_OWNER,
)

# A heartbeat is touched each second; after this many, its process hangs.
STALE_AFTER = 10.0
WEB_THREADS = 8


@dataclass(frozen=True, slots=True)
class Child:
    """One process: its module, what to run, and the address (or heartbeat file) that shows it ready."""

    name: str
    module: str
    address: str = ""

    def command(self, home: Home) -> list[str]:
        python = [sys.executable, "-m"]
        if self.name == "web":
            return [*python, "gunicorn", *_gunicorn(home), f"{self.module}:application"]
        if self.name == "responder":
            return [*granian(home.port("responder")), f"{self.module}:application"]
        if self.name == "strongroom":
            return [*python, "chopmark.strongroom", "serve"]
        return [*python, self.module]

    def account(self, home: Home) -> Account | None:
        """Under which account it runs, if not under ours."""
        return home.accounts.get(Part.OWNER if self.name == "strongroom" else Part(self.name))

    def heartbeat(self, home: Home) -> Path:
        return home.path / "run" / f"{self.name}.ready"

    def forget_heartbeat(self, home: Home) -> None:
        """No beat is there until a new one comes; an account that cannot make the file finds it made, and old."""
        beat = self.heartbeat(home)
        beat.unlink(missing_ok=True)
        if not self.address and (account := self.account(home)):
            write_once(beat, "")
            os.chown(beat, account.uid, account.gid)
            os.utime(beat, (0, 0))

    def environment(self, home: Home) -> dict[str, str]:
        if self.name == "strongroom":
            return strongroom_environment(home, "desk")
        return authority_environment(home, self.name) | {"CHOPMARK_HEARTBEAT": str(self.heartbeat(home))}

    def is_ready(self, home: Home) -> bool:
        """Does it say so itself: over HTTP, or by a fresh heartbeat?"""
        return _answers(home, self.address) if self.address else beats(self.heartbeat(home))


CHILDREN = (
    Child("strongroom", "chopmark.strongroom.main", address="desk"),
    Child("signer", "chopmark.config.signer_root"),
    Child("worker", "chopmark.config.worker_main"),
    Child("responder", "chopmark.config.responder_main", address="responder"),
    Child("web", "chopmark.config.wsgi", address="web"),
)


def child(name: str) -> Child:
    return next(child for child in CHILDREN if child.name == name)


def authority_environment(home: Home, process: str) -> dict[str, str]:
    """What a process of the operator's side is told."""
    return {
        "DJANGO_SETTINGS_MODULE": "chopmark.config.settings",
        "CHOPMARK_HOME": str(home.path),
        "CHOPMARK_PROCESS": process,
    }


def strongroom_environment(home: Home, process: str) -> dict[str, str]:
    """What a process of the owner's side is told; its password is named by file, not said."""
    role = {"migrate": STRONGROOM_MIGRATOR, "audit": STRONGROOM_AUDITOR}.get(process, STRONGROOM)
    home.secret(f"{role}.password")
    acts_as = STRONGROOM_OWNER if process == "migrate" else None
    host, port = home.database_place("owner")
    where = make_conninfo(
        "",
        host=host,
        port=port,
        dbname=STRONGROOM_DATABASE,
        user=role,
        **connections.parameters(role=acts_as),
    )
    return {
        "DJANGO_SETTINGS_MODULE": "chopmark.strongroom.settings",
        "STRONGROOM_HOME": str(home.path),
        "STRONGROOM_PROCESS": process,
        "STRONGROOM_SOCKET": str(home.strongroom_socket),
        "STRONGROOM_SOCKET_SHARED": "yes" if home.accounts else "",
        "STRONGROOM_DATABASE": where,
        "STRONGROOM_DATABASE_PASSWORD_FILE": str(home.path / "secrets" / f"{role}.password"),
    }


def _gunicorn(home: Home) -> list[str]:
    return [
        *("--bind", f"127.0.0.1:{home.port('web')}", "--no-control-socket"),
        *("--worker-class", "gthread", "--workers", "2", "--threads", str(WEB_THREADS)),
        *("--graceful-timeout", "10", "--log-level", "warning"),
        # Where a write never waits for a disk: a heartbeat that waits gets its worker killed.
        *(("--worker-tmp-dir", "/dev/shm") if os.access("/dev/shm", os.W_OK) else ()),  # noqa: S108
    ]


def granian(port: int) -> list[str]:
    """The server of an RSGI application on a loopback port: one process of one core, like every responder's."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "rsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--log-level", "warning", "--workers-kill-timeout", "10"),
    ]


def _answers(home: Home, address: str) -> bool:
    named = urlsplit(home.address(address))
    connection = http.client.HTTPConnection("127.0.0.1", home.port(address), timeout=2)
    headers: Mapping[str, str] = {"Host": named.netloc}
    if named.scheme == "https":  # as the proxy in front would say
        headers = {**headers, "X-Forwarded-Proto": "https"}
    try:
        connection.request("GET", "/readyz", headers=headers)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def beats(heartbeat: Path, within: float = STALE_AFTER) -> bool:
    """Has its process touched this file a moment ago?"""
    try:
        return time.time() - heartbeat.stat().st_mtime < within  # noqa: TID251  a file's time is the machine's
    except FileNotFoundError:
        return False
