"""One home with the processes that keep the guarantee, each started again as soon as it dies: made once for all blows."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

import psycopg

from chopmark.config import grants, strongroom_plan
from chopmark.config.children import authority_environment, child, strongroom_environment
from chopmark.config.clusters import Cluster
from chopmark.config.home import Home, make_home, open_home, remove_home
from chopmark.config.installing import install_database
from chopmark.config.linux import die_with_parent
from chopmark.pki.tlog.cosignature import CosignerKey, parse_cosigner_key
from chopmark.pki.tlog.note import VerifierKey, parse_verifier_key
from chopmark.strongroom.client import Strongroom
from chopmark.strongroom.keys import ceremony
from chopmark.strongroom.options import KeyFiles
from guarantee.policy import WIDE
from guarantee.pounding import POUNDING_KEY
from guarantee.recorder import Recorder, a_port, asked
from patience import READY_WITHIN

HERE = Path(__file__).parent
TESTS = HERE.parent
PYTHON = [sys.executable, "-c"]
LOOK_EVERY = 0.03
CEREMONY = """
import django; django.setup()
from chopmark.config.demo import hold_ceremony; hold_ceremony()
from chopmark.authority.transparency.keys import own_key; print(own_key())
"""
GRANT = """
import django; django.setup()
from datetime import timedelta
from owners_stage import DEVI, FARAH, grant, officers_are_in
from chopmark.strongroom import clock
now = clock.now()
officers_are_in()
print(grant(DEVI, FARAH, now=now, records=1_000_000, expires_at=now + timedelta(days=1)))
"""


@dataclass
class Process:
    """Something that is kept running."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    is_ready: Callable[[], bool]
    beat: Path | None = None
    running: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def start(self) -> None:
        # What a dead one beat last must not speak for the next.
        if self.beat is not None:
            self.beat.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                preexec_fn=die_with_parent,  # noqa: PLW1509  else a test that is killed leaves it behind
            )
        self.starts += 1

    def kill(self) -> None:
        """Kill -9, with whatever it has started."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()

    def children(self) -> list[int]:
        assert self.running is not None
        said = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children")
        try:
            return [int(number) for number in said.read_text().split()]
        except OSError:
            return []


@dataclass
class House:
    """The running home, what the world knows of it, and the hand that kills."""

    home: Home
    clusters: Mapping[str, Cluster]
    log_key: VerifierKey
    desk_log_key: VerifierKey
    cosigner: CosignerKey
    grant: str
    recorder: Recorder
    witness_address: str
    witness_state: Path
    processes: dict[str, Process]
    stopping: threading.Event = field(default_factory=threading.Event)

    def keep(self) -> None:
        """Start what has died, until told to stop."""
        while not self.stopping.is_set():
            for process in list(self.processes.values()):
                if process.running is None or process.running.poll() is not None:
                    process.start()
            self.stopping.wait(LOOK_EVERY)

    def kill(self, victim: str) -> None:
        if victim.startswith("backend of the "):
            self._kill_backend(victim.rpartition(" ")[2])
        elif victim == "desk's worker":
            for number in self.processes["desk"].children():
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
        else:
            self.processes[victim].kill()

    def rest(self, name: str) -> None:
        """Let one end what it is doing, and start it no more."""
        process = self.processes.pop(name)
        assert process.running is not None
        process.running.terminate()
        process.running.wait()

    def _kill_backend(self, side: str) -> None:
        """One that serves a client of that cluster, whichever is in the middle of something if there is one."""
        pick = """select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
                  and usename <> 'postgres' order by state = 'idle', random() limit 1"""
        with suppress(psycopg.OperationalError), self.superuser(side) as connection:
            for (number,) in connection.execute(pick).fetchall():
                os.kill(number, signal.SIGKILL)

    def wait_until_ready(self, victim: str) -> None:
        if victim.startswith("backend"):
            cluster = self.clusters[victim.rpartition(" ")[2]]
            eventually(cluster.is_ready, f"PostgreSQL of {victim}")
        else:
            process = self.processes["desk" if victim == "desk's worker" else victim]
            eventually(process.is_ready, f"{process.name} is ready; see {process.log}")

    def superuser(self, side: str) -> psycopg.Connection:
        plan = grants.PLAN if side == "authority" else strongroom_plan.PLAN
        return psycopg.connect(self.clusters[side].dsn(database=plan.database), autocommit=True)

    def door(self) -> Strongroom:
        return Strongroom(self.home.strongroom_socket)

    @property
    def log_folders(self) -> dict[str, tuple[Path, VerifierKey]]:
        """Where each log's files are, and the key it signs with."""
        path = self.home.path
        return {
            "authority": (path / "log", self.log_key),
            "owner": (path / "owner" / "log", self.desk_log_key),
        }


@contextmanager
def standing() -> Iterator[House]:
    """A new home whose strongroom, sequencer, signer and witness run; nothing of it is left afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="chopmark-guarantee-"))
    home = _made(folder / "home")
    house = None
    try:
        for cluster in home.clusters():
            cluster.start()
        house = _furnished(home, folder)
        keeper = threading.Thread(target=house.keep, name="keeper")
        keeper.start()
        for victim in house.processes:
            house.wait_until_ready(victim)
        yield house
    finally:
        if house is not None:
            house.stopping.set()
            keeper.join()
            for process in house.processes.values():
                process.kill()
            house.recorder.stop()
        remove_home(home)
        shutil.rmtree(folder, ignore_errors=True)


def _want(home: Home, witnesses: int) -> None:
    (home.path / "quorum" / "authority.toml").write_text(f"witness_quorum = {witnesses}\n")


def _made(path: Path) -> Home:
    """A home whose pack wants one witness, and whose owner's policy has room for so many openings."""
    made = make_home(path)
    (made.path / "quorum").mkdir()
    _want(
        made, 0
    )  # until the witness is there: a quorum that cannot be reached stops every process at its start
    (made.path / "purposes.toml").write_text(WIDE)
    config = made.path / "config.toml"
    config.write_text(config.read_text().replace('"demo"]', '"demo", "./quorum"]'))
    return open_home(path)


def _furnished(home: Home, folder: Path) -> House:
    authority, owner = home.clusters()
    ceremony.prepare(home.path, home.secret("strongroom.passphrase"))
    home.secret("token.passphrase")
    # Each side is a process of its own and waits for its disk: they go side by side.
    faults: list[BaseException] = []
    sides = [
        (authority, grants.PLAN, authority_environment(home, "migrate")),
        (owner, strongroom_plan.PLAN, strongroom_environment(home, "migrate")),
    ]
    threads = [threading.Thread(target=_install, args=(home, *side, faults)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults

    log_key = parse_verifier_key(_said(CEREMONY, authority_environment(home, "migrate")))
    policy = {"STRONGROOM_POLICY": str(home.path / "purposes.toml")}
    desk = strongroom_environment(home, "command") | policy
    grant = _said(GRANT, desk | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS / "strongroom")])})

    port = a_port()
    address = f"http://127.0.0.1:{port}"
    recorder = Recorder(address)
    witness = _witness(home, folder, port, log_key)
    cosigner = _first_line(witness)
    _ask(home, cosigner, recorder.address)
    home = open_home(home.path)
    processes = {
        "desk": _child(home, "strongroom", policy),
        "turning of keys": _turning(home, desk),
        "sequencer": _child(home, "worker"),
        "signer": _child(home, "signer"),
        "witness": witness,
    }
    return House(
        home=home,
        clusters={"authority": authority, "owner": owner},
        log_key=log_key,
        desk_log_key=parse_verifier_key(KeyFiles(home.path).log_verifier_key.read_text().strip()),
        cosigner=cosigner,
        grant=grant,
        recorder=recorder,
        witness_address=address,
        witness_state=folder / "witness",
        processes=processes,
    )


def _install(home: Home, cluster: Cluster, plan, environment, faults: list[BaseException]) -> None:
    try:
        install_database(home, cluster, plan, environment)
    except BaseException as error:  # noqa: BLE001  said by whoever waits for this thread
        faults.append(error)


def _child(home: Home, name: str, more: Mapping[str, str] | None = None) -> Process:
    known = child(name)
    beat = None if known.address else known.heartbeat(home)
    return Process(
        name=name,
        command=known.command(home),
        environment={**known.environment(home), **(more or {})},
        log=home.path / "logs" / f"{name}.log",
        is_ready=beat.exists if beat else lambda: known.is_ready(home),
        beat=beat,
    )


def _turning(home: Home, environment: Mapping[str, str]) -> Process:
    beat = home.path / "run" / "turning.ready"
    return Process(
        name="turning of keys",
        command=[sys.executable, str(HERE / "turning.py"), str(beat)],
        environment=environment,
        log=home.path / "logs" / "turning.log",
        is_ready=beat.exists,
        beat=beat,
    )


def _witness(home: Home, folder: Path, port: int, log_key: VerifierKey) -> Process:
    """`chopmark run witness` for the authority's log, and for one of ours that lies to it."""
    watched = [word for key in (log_key, POUNDING_KEY) for word in ("--log", str(key))]
    state = ["--state", str(folder / "witness"), "--key-file", str(folder / "witness.key")]
    command = [sys.executable, "-m", "chopmark.config", "run", "witness", *state, *watched]
    return Process(
        name="witness",
        command=[*command, "--name", "witness.example/one", "--port", str(port)],
        environment={"PYTHONUNBUFFERED": "1"},
        log=home.path / "logs" / "witness.log",
        is_ready=lambda: asked(f"http://127.0.0.1:{port}", "GET", "/readyz")[0] == HTTPStatus.OK,
    )


def _first_line(witness: Process) -> CosignerKey:
    """The key that it prints when it starts."""
    witness.start()
    eventually(witness.is_ready, f"the witness starts; see {witness.log}")
    return parse_cosigner_key(witness.log.read_text().splitlines()[0])


def _ask(home: Home, cosigner: CosignerKey, address: str) -> None:
    with (home.path / "config.toml").open("a") as config:
        config.write(f'\n[[witness.ask]]\nkey = "{cosigner}"\nurl = "{address}"\n')
    _want(home, 1)


def _said(script: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [*PYTHON, script], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def eventually(look: Callable[[], bool], what: str, within: float = READY_WITHIN) -> None:
    end = time.monotonic() + within
    while not look():
        assert time.monotonic() < end, f"waited {within:.0f} seconds in vain until {what}"
        time.sleep(LOOK_EVERY)
