import os
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from chopmark.config.accounts import serving_account
from chopmark.config.binaries import Binaries, find_binaries, within_reach
from chopmark.config.clusters import Cluster
from chopmark.config.faults import Fault


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    place = Path(mkdtemp(prefix="chopmark-clusters-"))
    place.chmod(0o711)
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="module")
def cluster(place) -> Iterator[Cluster]:
    account = serving_account()
    binaries = within_reach(
        find_binaries(os.environ.get("CHOPMARK_TEST_PG_BIN", "")), account, place / "programs"
    )
    cluster = Cluster(
        binaries=binaries,
        account=account,
        folder=place / "cluster",
        sockets=place / "sockets",
        password="it's a secret",
    )
    cluster.start()
    yield cluster
    cluster.stop()


def ask(cluster: Cluster, question: str, **how: str) -> object:
    login = {"user": "postgres", "password": cluster.password, **how}
    with psycopg.connect(host=str(cluster.sockets), dbname="postgres", **login) as connection:
        return connection.execute(question).fetchone()[0]


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "postmaster.pid").read_text().split()[0])


def test_it_works(cluster):
    assert ask(cluster, "show data_checksums") == "on"
    assert ask(cluster, "show listen_addresses") == ""
    assert ask(cluster, "show server_encoding") == "UTF8"


def test_nobody_signs_in_without_the_password(cluster):
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(cluster, "select 1", password="a guess")


def test_starting_what_runs_changes_nothing(cluster):
    before = postmaster(cluster)
    cluster.start()
    assert postmaster(cluster) == before


def test_what_was_committed_is_there_after_the_postmaster_was_killed(cluster):
    with psycopg.connect(cluster.dsn(), autocommit=True) as connection:
        connection.execute("create table kept as select 42 as answer")
    os.kill(postmaster(cluster), signal.SIGKILL)
    cluster.start()
    assert ask(cluster, "select answer from kept") == 42


def test_several_may_start_it_at_once(cluster):
    cluster.stop()
    starters = [threading.Thread(target=cluster.start) for _ in range(4)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert cluster.is_ready()


def test_files_of_a_dead_postmaster_are_no_obstacle(cluster):
    """After a reboot its number may be somebody else's, here our own; and that somebody must not be signalled."""
    cluster.stop()
    stale = f"{os.getpid()}\n{cluster.data}\n1790000000\n5432\n{cluster.sockets}\n\n  0  0\nready\n"
    (cluster.data / "postmaster.pid").write_text(stale)
    (cluster.sockets / ".s.PGSQL.5432.lock").write_text(stale)
    cluster.stop()
    cluster.start()
    assert cluster.is_ready()


def test_a_half_made_cluster_is_made_anew(cluster, place):
    other = replace(cluster, folder=place / "other", sockets=place / "other-sockets")
    (place / "other").mkdir()
    (place / "other" / "data.unfinished").mkdir()
    other.start()
    assert other.is_ready()
    other.stop()
    assert not other.is_ready()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could write where the account cannot")
def test_root_follows_no_link_that_the_account_put_into_its_folder(cluster, place):
    """Found by the thief: root emptied the file that a link in the folder of PostgreSQL's account led to."""
    cluster.stop()
    hers = place / "hers"
    hers.write_text("a key of the owner's")
    hers.chmod(0o600)
    links = [cluster.folder / ".lock", cluster.data / "chopmark.conf", cluster.folder / ".superuser"]
    for link in links:
        link.unlink(missing_ok=True)
        link.symlink_to(hers)
    cluster.start()
    assert cluster.is_ready()
    assert hers.read_text() == "a key of the owner's"
    assert hers.stat().st_uid == 0
    assert not links[1].is_symlink(), "the account made its own file there"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL to another account")
def test_the_account_is_told_nothing_of_what_roots_shell_knows(cluster, monkeypatch):
    monkeypatch.setenv("ROOTS_OWN", "known to root alone")
    cluster.stop()
    cluster.start()
    told = Path(f"/proc/{postmaster(cluster)}/environ").read_bytes()
    assert b"PATH=" in told
    assert b"ROOTS_OWN" not in told


def test_a_socket_name_that_is_too_long_is_refused_before_anything_is_made(cluster, place):
    with pytest.raises(Fault, match="too long"):
        replace(cluster, folder=place / "long", sockets=place / ("s" * 100)).start()
    assert not (place / "long").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends PostgreSQL to another account")
def test_programs_in_a_private_folder_are_copied_and_no_mode_is_widened(place, tmp_path):
    (tmp_path / "private").mkdir(mode=0o700)
    package = tmp_path / "private" / "package"
    (package / "bin").mkdir(parents=True)
    program = package / "bin" / "postgres"
    program.write_text("#!/bin/sh\necho postgres 18.6\n")
    program.chmod(0o700)
    copied = within_reach(Binaries(package / "bin", (package,)), serving_account(), place / "shelf")
    assert copied.folder.is_relative_to(place / "shelf")
    assert serving_account().can_execute(copied.tool("postgres"))
    assert (tmp_path / "private").stat().st_mode & 0o777 == 0o700
    assert program.stat().st_mode & 0o777 == 0o700
