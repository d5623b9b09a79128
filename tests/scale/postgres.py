"""Two servers of PostgreSQL as the database's own people would run them: docs/howto/scale-out.md says the same in words."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from hosts import NETWORK, Host

from chopmark.config.accounts import serving_account
from chopmark.config.binaries import Binaries, find_binaries, within_reach
from patience import SETTLED_WITHIN

SUPERUSER, PASSWORD = "postgres", "of the database people"
REPLICATOR = "replicator"
SETTINGS = """
listen_addresses = '{address}'
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
wal_keep_size = '256MB'
# Notice in ten seconds that the other is gone.
wal_sender_timeout = '10s'
wal_receiver_timeout = '10s'
"""
ENTRY = f"""
host all all {NETWORK}.0/24 scram-sha-256
host replication {REPLICATOR} {NETWORK}.0/24 scram-sha-256
"""


@dataclass(frozen=True, slots=True)
class Server:
    """One machine with one cluster."""

    host: Host
    place: Path

    @property
    def data(self) -> Path:
        return self.place / self.host.name

    def make(self) -> None:
        """A new cluster, that others may connect to and copy."""
        secret = self.place / ".password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)  # a test's
        options = ["--data-checksums", "-E", "UTF8", "--locale=C.UTF-8"]
        self._do("initdb", "-U", SUPERUSER, "-A", "scram-sha-256", f"--pwfile={secret}", *options)
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("include = 'place.conf'\n")
        with (self.data / "pg_hba.conf").open("a") as file:
            file.write(ENTRY)
        self.start()
        with self.session() as session:
            session.execute(f"create role {REPLICATOR} login replication password '{PASSWORD}'")

    def follow(self, primary: "Server") -> None:
        """A copy of the primary, that goes on copying; the primary's commits wait for it from now on."""
        source = f"host={primary.host.address} user={REPLICATOR} password='{PASSWORD}' application_name={self.host.name}"
        self._do("pg_basebackup", "-d", source, "-R", "-X", "stream", "--checkpoint=fast")
        self.start()
        with primary.session() as session:
            session.execute(f"alter system set synchronous_standby_names = '{self.host.name}'")
            session.execute("select pg_reload_conf()")
        _until(primary.is_followed, f"{self.host.name} follows")

    def is_followed(self) -> bool:
        with self.session() as session:
            found = session.execute("select count(*) from pg_stat_replication where sync_state = 'sync'")
            return found.fetchone() == (1,)

    def start(self) -> None:
        (self.data / "place.conf").write_text(SETTINGS.format(address=self.host.address))
        self._do("pg_ctl", "-w", "-s", "-l", str(self.data / "server.log"), "start")

    def promote(self) -> None:
        self._do("pg_ctl", "-w", "-s", "promote")

    def session(self) -> psycopg.Connection:
        return psycopg.connect(
            host=self.host.address,
            user=SUPERUSER,
            password=PASSWORD,
            dbname="postgres",
            autocommit=True,
            connect_timeout=3,
        )

    def _do(self, tool: str, *arguments: str) -> None:
        self.host.run(
            [str(_binaries().tool(tool)), "-D", str(self.data), *arguments], account=serving_account()
        )


def build_place(place: Path) -> None:
    """Where servers keep their data: it is their account's."""
    place.mkdir(parents=True)
    account = serving_account()
    os.chown(place, account.uid, account.gid)


def _binaries() -> Binaries:
    return within_reach(find_binaries(), serving_account(), Path("/var/lib/chopmark/postgresql"))


def _until(is_so, what: str) -> None:
    end = time.monotonic() + SETTLED_WITHIN
    while not is_so():
        assert time.monotonic() < end, f"it is not so that {what}"
        time.sleep(0.1)
