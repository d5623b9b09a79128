"""`chopmark up` as an operator meets it: started again, started twice, and stopped."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from chopmark.config.home import open_home
from chopmark.config.roles import AUTHORITY_DATABASE
from faults.stage import CHOPMARK, eventually, is_up
from patience import READY_WITHIN, STOPPED_WITHIN


def test_a_second_up_goes_on_with_everything_there(instance, run):
    serial = instance.summary["serial_number"]
    repository = open_home(instance.home).address("repository")
    assert httpx.get(f"{repository}/repository/{serial}.crt").status_code == httpx.codes.OK
    run(*CHOPMARK, "audit", "--settled", "--home", instance.home)


def test_a_concurrent_up_is_refused_and_harms_nothing(instance, run):
    said = run(*CHOPMARK, "up", "--home", instance.home, expect=1)
    assert "already running" in said
    assert "Traceback" not in said
    assert httpx.get(instance.address("web") + "/readyz").status_code == httpx.codes.OK


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="chopmark-up-"))
    yield folder / "home"
    subprocess.run([*CHOPMARK, "remove", "--yes", "--home", str(folder / "home")], check=True)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda number: number.name
)
def test_a_signal_stops_everything(home: Path, number: signal.Signals):
    up = started(home)
    assert processes_of(home), "nothing runs that could be stopped"
    # As a terminal sends it: to the whole group, which the children are not in.
    os.killpg(up.pid, number)
    assert up.wait(timeout=STOPPED_WITHIN) == 0
    assert processes_of(home) == []


def test_killing_it_leaves_nobody_behind_and_the_next_one_starts(home: Path):
    up = started(home)
    up.kill()
    up.wait()
    again = started(home)
    with psycopg.connect(open_home(home).clusters()[0].dsn(database=AUTHORITY_DATABASE)) as connection:
        names = {name for (name,) in connection.execute("select application_name from pg_stat_activity")}
    assert {"chopmark web", "chopmark worker", "chopmark signer"} <= names
    again.terminate()
    assert again.wait(timeout=STOPPED_WITHIN) == 0
    assert processes_of(home) == []


def started(home: Path) -> subprocess.Popen[bytes]:
    """`up` on that home, once it says that it is ready."""
    log = home.parent / "up.log"
    with log.open("w") as out:
        up = subprocess.Popen(
            [*CHOPMARK, "up", "--home", str(home)], stdout=out, stderr=out, start_new_session=True
        )

    try:
        eventually(lambda: is_up(up, log), READY_WITHIN)
    except AssertionError:
        up.terminate()  # else it would be in the way of whoever comes after
        up.wait(timeout=STOPPED_WITHIN)
        raise
    return up


def processes_of(home: Path) -> list[str]:
    """Whatever still runs for this home: it was told of the home, or lives in one of its clusters."""
    clusters = [cluster.data for cluster in open_home(home).clusters()]
    return [
        describe(process) for process in Path("/proc").glob("[0-9]*") if runs_for(process, home, clusters)
    ]


def runs_for(process: Path, home: Path, clusters: list[Path]) -> bool:
    try:
        told = f"={home}\0".encode() in (process / "environ").read_bytes()
        return told or any((process / "cwd").samefile(data) for data in clusters)
    except OSError:  # gone meanwhile
        return False


def describe(process: Path) -> str:
    try:
        return (process / "cmdline").read_text().replace("\0", " ")
    except OSError:
        return process.name
