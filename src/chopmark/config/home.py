"""The home folder: everything one installation keeps, with its ports, addresses and secrets chosen once."""

import fcntl
import os
import secrets
import shutil
import socket
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chopmark.config.accounts import Account, Part, accounts_of, serving_account
from chopmark.config.binaries import find_binaries, within_reach
from chopmark.config.clusters import LONGEST_SOCKET_PATH, Cluster
from chopmark.config.faults import Fault
from chopmark.config.folders import own_folder, secret
from chopmark.config.servers import PostgreSQL, Server

PORTS = {"web": 8400, "desk": 8401, "responder": 8402}
FOLDERS = (
    "secrets",
    "signer/token",
    "owner/log",
    "owner/outbox",
    "owner/strongroom",
    "log",
    "public/crl",
    "public/ca",
    "responder/status",
    "run",
    "logs",
    "demo",
    "check",
)
# Where root keeps what a service account must reach; an ordinary user keeps everything in the home itself.
ROOTS_PLACE = Path("/var/lib/chopmark")

FIRST_CONFIG = """\
# Written once, when this home was made; change it while nothing runs.

id = "{id}"
# A base pack, then overlays; "demo" opens a 24-hour centre and is refused in production.
packs = ["hongkong", "demo"]
production = false
log_origin = "chopmark.example/authority-log"

[ports]
web = {web}
desk = {desk}
responder = {responder}

[addresses]
# The data owner's desk is another origin under another name, since cookies do not know ports.
web = "http://localhost:{web}"
desk = "http://127.0.0.1:{desk}"
# These two are printed in certificates, where RFC 5280 §4.2.1.6 wants a full domain name or an IP address.
repository = "http://127.0.0.1:{web}"
responder = "http://127.0.0.1:{responder}"

[postgresql]
# The folder of PostgreSQL's programs; empty: the ones installed with this software, else the system's.
binaries = ""
# For root only: the account to run PostgreSQL under, and the folder outside this home that it can reach.
account = "{account}"
place = "{place}"

# For root only: an account of its own for each part, all six of them (docs/howto/accounts.md).
# [accounts]
# owner = "chopmark-owner"
# postgresql = "chopmark-postgresql"
# responder = "chopmark-responder"
# signer = "chopmark-signer"
# web = "chopmark-web"
# worker = "chopmark-worker"

# How long the OCSP responder goes on answering when it hears nothing from the database (docs/responder.md).
# [responder]
# may_lag_seconds = 30

# Who cosigns the authority's log (docs/witness.md); how many must have is the pack's `witness_quorum`.
# [witness]
# patience_minutes = 30
# [[witness.ask]]
# key = "witness.example.org/w1+1a2b3c4d+BA..."
# url = "https://witness.example.org"

# Who cosigns the data owner's log; how many must have is `quorum` under [witness] in her policy (docs/strongroom-policy.md).
# [owner.witness]
# patience_minutes = 30
# [[owner.witness.ask]]
# key = "witness.example.org/w1+1a2b3c4d+BA..."
# url = "https://witness.example.org"

# Whose subscribers may give leave with their certificates: owner/strongroom/issuers/ holds their certificates (DER), and their
# lists are fetched every ten minutes.
# [owner]
# lists = ["https://repository.example.org/crl/personal-full.crl"]

# The data owner's server of mail, by which her strongroom writes to subjects (docs/notices.md). Without one each message is
# a file in owner/outbox/mail.
# [owner.mail]
# host = "mail.example.org"
# port = 587
# user = "records"
# password_file = "secrets/mail.password"
# from = "records-office@example.org"

# Servers of your own instead of the two that come with the software. Their superuser is needed for `chopmark db apply`
# only (or let your own people run what `chopmark db sql` prints); the processes never use it.
# [postgresql.authority]
# host = "db1.example.org"
# port = 5432
# superuser = "postgres"
# password_file = "/run/secrets/authority-superuser"
# [postgresql.owner]
# host = "db2.example.org"
# password_file = "/run/secrets/owner-superuser"
"""


@dataclass(frozen=True, slots=True)
class Home:
    """One home folder that exists, and what its config.toml says."""

    path: Path
    config: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.config["id"])

    def port(self, name: str) -> int:
        return int(self._said("ports", name))

    def address(self, name: str) -> str:
        return self._said("addresses", name).rstrip("/")

    def _said(self, section: str, name: str) -> str:
        try:
            return str(self.config[section][name])
        except KeyError:
            where = self.path / "config.toml"
            raise Fault(
                f"{where} does not say `{name}` under [{section}]", "add it, or make a new home"
            ) from None

    def secret(self, name: str) -> str:
        """One of this home's secrets (0600), made on first use."""
        return secret(self.path / "secrets" / name)

    @property
    def accounts(self) -> Mapping[Part, Account]:
        """The account of each part, where root runs each under its own; none: everything runs under ours."""
        return accounts_of(self.config.get("accounts", {}))

    @property
    def clusters_place(self) -> Path:
        return Path(self.config["postgresql"]["place"] or self.path)

    @property
    def sockets_place(self) -> Path:
        """A short private folder for the clusters' sockets: in the home if its name is short enough."""
        if self.clusters_place == self.path and len(os.fsencode(self.path)) < LONGEST_SOCKET_PATH - 40:
            return self.path / "run"
        # An account that root lends to cannot write to /run, and must look where root did.
        is_roots = bool(self.accounts) or os.access("/run", os.W_OK)
        short = "/run" if is_roots else "/tmp"  # noqa: S108  own_folder looks whose it is
        return Path(short) / f"chopmark-{self.id}"

    @property
    def strongroom_socket(self) -> Path:
        """The strongroom's machine door: in the home too, if a socket may have so long a name and nobody shares it."""
        if self.accounts:
            return self.sockets_place / "door" / "strongroom.sock"
        usual = self.path / "run" / "strongroom.sock"
        is_short = len(os.fsencode(usual)) <= LONGEST_SOCKET_PATH
        return usual if is_short else own_folder(self.sockets_place) / usual.name

    def _cluster(self, name: str, part: Part) -> Cluster:
        """The `authority`'s or the `owner`'s cluster; only the authority's has several accounts at its door."""
        wanted = self.config["postgresql"]
        account = self.accounts.get(part) or serving_account(wanted["account"])
        shelf = self.clusters_place.parent / "postgresql"
        binaries = within_reach(find_binaries(wanted["binaries"]), account, shelf)
        return Cluster(
            binaries=binaries,
            account=account,
            folder=self.clusters_place / name / "cluster",
            sockets=self.sockets_place / f"{name}.pg",
            password=self.secret(f"postgres-{name}.password"),
            is_shared=bool(self.accounts) and part is Part.POSTGRESQL,
            settings=dict(wanted.get("settings", {})),
        )

    def database_place(self, name: str) -> tuple[str, int]:
        """Host (or folder of the socket) and port of the `authority`'s or the `owner`'s PostgreSQL."""
        server = self.config["postgresql"].get(name)
        return (
            (str(server["host"]), int(server.get("port", 5432)))
            if server
            else (str(self.sockets_place / f"{name}.pg"), 5432)
        )

    def databases(self) -> tuple[PostgreSQL, PostgreSQL]:
        """The authority's PostgreSQL and the data owner's: servers where config.toml names them, else clusters of our own."""
        servers = [self.config["postgresql"].get(name) for name in ("authority", "owner")]
        if all(servers):
            return Server.of(servers[0]), Server.of(servers[1])
        if any(servers):
            raise Fault("only one of the two servers is named", "name both in config.toml, or neither")
        return self.clusters()

    def clusters(self) -> tuple[Cluster, Cluster]:
        """The authority's cluster and the data owner's, with folders that their account can reach."""
        self._make_places()
        return self._cluster("authority", Part.POSTGRESQL), self._cluster("owner", Part.OWNER)

    def _make_places(self) -> None:
        mode = 0o711 if os.geteuid() == 0 else 0o700
        own_folder(self.sockets_place, mode)
        if self.clusters_place != self.path:
            self._claim_place()
        for name in ("authority", "owner"):
            own_folder(self.clusters_place / name, mode)
        if accounts := self.accounts:
            self._make_door(accounts[Part.OWNER], accounts[Part.WORKER])

    def _make_door(self, owner: Account, worker: Account) -> None:
        # The owner's folder, whose sockets the worker may reach and nobody else. Root's folder is around it, so that
        # nobody can have put another thing there.
        door = self.strongroom_socket.parent
        door.mkdir(mode=0o700, exist_ok=True)
        os.chown(door, owner.uid, worker.gid)
        door.chmod(0o710)

    def _claim_place(self) -> None:
        # A copied home names the original's clusters: two installations must not write to the same ones.
        place = own_folder(self.clusters_place, 0o711)
        claim = place / "home"
        claimant = Path(claim.read_text()) if claim.exists() else self.path
        if claimant != self.path and _id_of(claimant) == self.id:
            raise Fault(
                f"{self.path} is a copy of {claimant}, and both name {place} as the place of their clusters",
                "make a new home, or remove the original",
            )
        claim.write_text(str(self.path))

    @contextmanager
    def alone(self, purpose: str) -> Iterator[None]:
        """Hold this home for one purpose; whoever comes second is told so."""
        with (self.path / "run" / f"{purpose}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Fault(
                    f"`chopmark {purpose}` is already running on {self.path}", "stop it first"
                ) from None
            yield


def open_home(path: Path) -> Home:
    """The home at that path, which must have been made."""
    path = path.expanduser().absolute()
    try:
        text = (path / "config.toml").read_text()
    except FileNotFoundError:
        raise Fault(f"there is no home at {path}", f"make it with `chopmark up --home {path}`") from None
    home = Home(path=path.resolve(), config=tomllib.loads(text))
    if os.geteuid() not in {path.stat().st_uid, *(account.uid for account in home.accounts.values())}:
        raise Fault(f"the home {path} belongs to another account", "run this as the account that made it")
    return home


def make_home(path: Path) -> Home:
    """The home at that path, made if it is not there yet: folders, config.toml with free ports; secrets come when used."""
    path = path.expanduser().absolute()
    own_folder(path)
    path = path.resolve()
    own_folder(path / "run")
    with (path / "run" / "home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (path / "config.toml").exists():
            draft = path / "config.toml.draft"
            draft.write_text(_first_config())
            draft.rename(path / "config.toml")
    home = open_home(path)
    accounts = {account.uid for account in home.accounts.values()}
    for folder in FOLDERS:
        own_folder(path / folder, lent_to=accounts)
    return home


def _first_config() -> str:
    name = secrets.token_hex(4)
    place = ROOTS_PLACE / name if os.geteuid() == 0 else ""
    account = serving_account().name if os.geteuid() == 0 else ""
    return FIRST_CONFIG.format(id=name, place=place, account=account, **_free_ports())


def _free_ports() -> dict[str, int]:
    first = min(PORTS.values())
    for base in (first, *(10_000 + 10 * secrets.randbelow(2_000) for _ in range(100))):
        ports = {name: base + usual - first for name, usual in PORTS.items()}
        if all(is_free(port) for port in ports.values()):
            return ports
    raise Fault("no three neighbouring ports are free on the loopback interface", "stop what listens there")


def is_free(port: int) -> bool:
    """May a server listen on that loopback port now?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _id_of(path: Path) -> str:
    try:
        return str(tomllib.loads((path / "config.toml").read_text())["id"])
    except (OSError, KeyError, tomllib.TOMLDecodeError):
        return ""


def remove_home(home: Home) -> None:
    """Remove a home with everything outside it that is its own; nothing of it may be running."""
    for cluster in home.clusters():
        cluster.stop()
    if home.clusters_place != home.path:
        shutil.rmtree(home.clusters_place)
    shutil.rmtree(home.sockets_place, ignore_errors=True)
    shutil.rmtree(home.path)
