"""The layout of docs/howto/scale-out.md: what stands on which machine, with a home of its own that holds what it needs."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import postgres
from hosts import Host, build_switch
from postgres import Server

import chopmark
from chopmark.config import grants
from chopmark.config.bench.stage import become
from chopmark.config.children import authority_environment, child
from chopmark.config.home import Home, make_home, open_home
from chopmark.config.installing import install_database
from chopmark.config.options import ROLES, Process
from chopmark.config.servers import Server as Named
from patience import SETTLED_WITHIN

PLACE = Path("/var/lib/chopmark")
SOURCE = str(Path(chopmark.__file__).parent.parent)
SERVERS = """
[postgresql.{name}]
host = "{hosts}"
password_file = "{password}"
"""
NOT_LIBPQ = {"cursor_factory", "context", "prepare_threshold", "client_encoding"}
CEREMONY = "import django; django.setup(); from chopmark.config.demo import hold_ceremony as hold; hold()"


@dataclass(frozen=True, slots=True)
class Running:
    """A process of the authority on a machine of its own, kept by nobody: if it ends, it stays ended."""

    host: Host
    name: str
    home: Home

    def start(self) -> None:
        command = [sys.executable, "-m", "chopmark.config", "run", self.name, "--home", str(self.home.path)]
        with self.log.open("ab") as says:
            self.host.start(command, told={"PYTHONPATH": SOURCE}, says=says)

    @property
    def log(self) -> Path:
        return self.home.path / "logs" / f"{self.name}.log"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.home.port(self.name)}"

    def is_ready(self) -> bool:
        with self.host.inside():
            return child(self.name).is_ready(self.home)


@dataclass(slots=True)
class Layout:
    """Seven machines, and the desk from which they are looked at."""

    desk: Home
    first: Server
    second: Server
    workers: list[Running] = field(default_factory=list)
    signer: Running | None = None
    responders: list[Running] = field(default_factory=list)

    @property
    def processes(self) -> list[Running]:
        assert self.signer is not None
        return [*self.workers, self.signer, *self.responders]

    def parameters(self) -> dict[str, Any]:
        """With what a process of the authority connects to the database."""
        from django.db import connection

        given = connection.get_connection_params()
        return {name: value for name, value in given.items() if name not in NOT_LIBPQ}


@contextmanager
def built() -> Iterator[Layout]:
    """Everything stands, PostgreSQL runs, the keys are made; no process of the authority is started yet."""
    build_switch(PLACE)
    postgres.build_place(PLACE / "data")
    names = ("db1", "db2", "worker1", "worker2", "signer", "responder1", "responder2")
    hosts = {name: Host(name, number) for number, name in enumerate(names, 11)}
    for host in hosts.values():
        host.build()
    first, second = (Server(hosts[name], PLACE / "data") for name in ("db1", "db2"))
    first.make()
    layout = Layout(_desk(first, second), first, second)
    second.follow(first)
    layout.signer = Running(hosts["signer"], "signer", _home_of(layout.desk, "signer", "signer"))
    layout.workers = [_running(layout, hosts[name], "worker") for name in ("worker1", "worker2")]
    layout.responders = [_running(layout, hosts[name], "responder") for name in ("responder1", "responder2")]
    become(layout.desk, "migrate")
    try:
        yield layout
    finally:
        for host in hosts.values():
            host.lose_power()


def _desk(first: Server, second: Server) -> Home:
    """The home in which the database is installed and the ceremony held: the only one with every secret."""
    home = make_home(PLACE / "homes" / "desk")
    password = home.path / "secrets" / "superuser"
    password.write_text(postgres.PASSWORD)
    hosts = f"{first.host.address},{second.host.address}"
    with (home.path / "config.toml").open("a") as config:
        for name in ("authority", "owner"):
            config.write(SERVERS.format(name=name, hosts=hosts, password=password))
    home = open_home(home.path)
    server = Named.of(home.config["postgresql"]["authority"])
    install_database(home, server, grants.PLAN, authority_environment(home, "migrate"))
    home.secret("token.passphrase")
    environment = {**os.environ, **authority_environment(home, "migrate")}
    subprocess.run([sys.executable, "-c", CEREMONY], env=environment, check=True)
    return home


def _running(layout: Layout, host: Host, name: str) -> Running:
    return Running(host, name, _home_of(layout.desk, host.name, name))


def _home_of(desk: Home, host: str, name: str) -> Home:
    """What a machine is given: the same config.toml, the password of its own role, and the keys if it is the signer."""
    path = PLACE / "homes" / host
    path.mkdir(mode=0o700)
    shutil.copy(desk.path / "config.toml", path)
    home = make_home(path)
    given = [f"secrets/{ROLES[Process(name)]}.password"]
    if name == "signer":
        given += ["secrets/token.passphrase"]
        shutil.copytree(desk.path / "signer", path / "signer", dirs_exist_ok=True)
    for one in given:
        shutil.copy(desk.path / one, path / one)
    return home


def hand_out_receipt_key(layout: Layout) -> None:
    """The owner's public key, by which workers and the signer know her word."""
    name = "owner/strongroom/receipt.pub"
    for one in (*layout.workers, layout.signer):
        shutil.copy(layout.desk.path / name, one.home.path / name)


def until(
    is_so: Callable[[], object], what: str, *, within: float = SETTLED_WITHIN, every: float = 0.3
) -> float:
    """Wait for it; answers how many seconds that took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() < began + within, f"after {within:.0f} seconds it is not so that {what}"
        time.sleep(every)
    return time.monotonic() - began
