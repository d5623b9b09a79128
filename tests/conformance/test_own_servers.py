"""Pointed at servers that somebody else runs, here Debian's PostgreSQL 15, the whole thread runs as on our own clusters."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from chopmark.config.accounts import serving_account
from chopmark.config.binaries import find_binaries
from chopmark.config.clusters import Cluster
from chopmark.config.folders import own_folder
from chopmark.config.home import make_home
from conformance.conftest import CHOPMARK
from patience import ENDS_WITHIN

BINARIES = "/usr/lib/postgresql/15/bin"


@pytest.fixture
def server() -> Iterator[Cluster]:
    place = own_folder(Path(tempfile.mkdtemp(prefix="chopmark-pg15-")), 0o711)
    place.chmod(0o711)
    cluster = Cluster(
        binaries=find_binaries(BINARIES),
        account=serving_account(""),
        folder=place / "cluster",
        sockets=place / "sockets",
        password="the superuser's own",
    )
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(place)


def test_the_whole_thread_runs_on_them(server, tmp_path):
    home = make_home(tmp_path / "home")
    password = tmp_path / "superuser"
    password.write_text(server.password)
    with (home.path / "config.toml").open("a") as config:
        for name in ("authority", "owner"):
            config.write(f'\n[postgresql.{name}]\nhost = "{server.sockets}"\npassword_file = "{password}"\n')

    done = subprocess.run(
        [*CHOPMARK, "up", "--check", "--home", str(home.path)],
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert (home.path / "check" / "summary.json").exists()
    assert not (home.path / "authority" / "cluster").exists()
    with psycopg.connect(server.dsn(database="chopmark")) as connection:
        assert connection.execute("show server_version_num").fetchone()[0].startswith("15")
        assert connection.execute("select count(*) from issuance_certificate").fetchone()[0] == 2


def test_what_is_printed_for_them_is_what_is_applied():
    printed = subprocess.run(
        [*CHOPMARK, "db", "sql"], capture_output=True, text=True, timeout=60, check=True
    ).stdout
    assert "chopmark_owner" in printed
    assert "grant" in printed.lower()
    assert "password" not in printed.lower()
