"""`chopmark up`: a whole installation on one machine, kept running until it is told to stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chopmark.config import belongings, installing, options
from chopmark.config.children import CHILDREN, Child, authority_environment
from chopmark.config.faults import Fault
from chopmark.config.home import PORTS, Home, is_free, make_home
from chopmark.config.processes import Kept, stop_all
from chopmark.config.servers import PostgreSQL
from chopmark.strongroom.options import KeyFiles

TICK = 0.25
LOOK_AT_CLUSTERS_EVERY = 2.0
# Twenty seconds are usual; a slow machine with much else to do takes minutes.
READY_WITHIN = 300.0
# Children of an installation that was killed need a moment to notice and to let go of their ports.
PORTS_FREE_WITHIN = 15.0

Say = Callable[[str], None]


def up(path: Path, *, check: bool, say: Say) -> int:
    """Run everything under that home; with `check`, walk through it once and stop. Answers the exit code."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    home = make_home(path)
    # What no process could start with is said here, not in their journals.
    options.load(authority_environment(home, "worker"))
    with home.alone("up"), _clusters(home, say) as clusters:
        _wait_for_ports(home)
        say("bringing the databases up to date")
        installing.install(home, *clusters)
        _prepare_demo(home, say)
        _require_reach(home)
        belongings.hand_over(home)
        return _run_children(home, clusters, stop, check=check, say=say)


@contextmanager
def _clusters(home: Home, say: Say) -> Iterator[tuple[PostgreSQL, PostgreSQL]]:
    """Both clusters, running; stopped at the end whatever happened."""
    clusters = home.databases()
    say(f"databases: {clusters[0].about} (authority), {clusters[1].about} (owner)")
    try:
        for cluster in clusters:
            cluster.start()
        yield clusters
    finally:
        for cluster in clusters:
            cluster.stop()


def _wait_for_ports(home: Home) -> None:
    end = time.monotonic() + PORTS_FREE_WITHIN
    while taken := [home.port(name) for name in PORTS if not is_free(home.port(name))]:
        if time.monotonic() > end:
            raise Fault(
                f"something else listens on the ports {', '.join(map(str, taken))} of this home",
                f"stop it, or choose other ports (and addresses) in {home.path / 'config.toml'}",
            )
        time.sleep(TICK)


def _prepare_demo(home: Home, say: Say) -> None:
    """Fill a new home with what a first visitor needs; a crash on the way leaves it new, and the next `up` goes on."""
    done, cleared = home.path / "demo" / "prepared", home.path / "demo" / "cleared"
    if not done.exists():
        say("preparing a new home: keys, staff, envelopes")
        _demo("prepare", home)
    elif not cleared.exists():
        # A home from before vetting was kept: without it none of its staff could sign in.
        say("recording that the demonstration's staff are vetted")
        _demo("clear_staff", home)
    for mark in (done, cleared):
        mark.touch()


def _demo(verb: str, home: Home) -> None:
    code = _in_a_process(f"from chopmark.config.demo import {verb} as main", home).wait()
    if code:
        raise Fault(f"the home could not be prepared (exit code {code})", "read what is said above")


def _in_a_process(imports: str, home: Home) -> subprocess.Popen[bytes]:
    """Call `main(home)` in a process of its own, since Django's settings are read once a process."""
    call = f"import django, sys; from pathlib import Path; django.setup(); {imports}; sys.exit(main(Path(sys.argv[1])))"
    environment = {**os.environ, **authority_environment(home, "migrate")}
    return subprocess.Popen([sys.executable, "-c", call, str(home.path)], env=environment, process_group=0)


def _run_children(
    home: Home, clusters: tuple[PostgreSQL, PostgreSQL], stop: threading.Event, *, check: bool, say: Say
) -> int:
    for child in CHILDREN:
        child.forget_heartbeat(home)
    # Again: a neighbour on our ports would answer for us.
    _wait_for_ports(home)
    kept = [_kept(child, home) for child in CHILDREN]
    try:
        ready = _keep_until(lambda: not _waiting(home), kept, clusters, stop, _patience(home, say))
        if stop.is_set():
            return 0
        if not ready:
            return _not_ready(_waiting(home), home, say)
        _print_addresses(home, say)
        if check:
            return _check(home, kept, clusters, stop)
        _keep_until(lambda: False, kept, clusters, stop, None)
        return 0
    finally:
        say("stopping")
        stop_all(kept)


def _patience(home: Home, say: Say) -> float | None:
    """How long everything may take to be ready: as long as it takes, where people have to come first."""
    if not KeyFiles(home.path).share_set.exists():
        return READY_WITHIN
    say(
        "the strongroom is sealed: its holders bring their shares with `python -m chopmark.strongroom unseal FILE`"
    )
    return None


def _require_reach(home: Home) -> None:
    """Each account can run this Python and pass to the home: no mode of what is not the home's is widened for it."""
    for part, account in home.accounts.items():
        if not account.can_execute(Path(sys.executable)):
            raise Fault(
                f"{account.name} may not run {sys.executable}",
                "install this software where its accounts can reach it, such as /opt",
            )
        if not account.can_pass(home.path.parent):
            raise Fault(
                f"{account.name}, for the {part}, cannot pass {home.path.parent}",
                "let others pass that folder (mode 0711), or make the home elsewhere",
            )


def _kept(child: Child, home: Home) -> Kept:
    return Kept(
        name=child.name,
        command=child.command(home),
        environment=child.environment(home),
        log=home.path / "logs" / f"{child.name}.log",
        account=child.account(home),
    )


def _waiting(home: Home) -> list[str]:
    return [child.name for child in CHILDREN if not child.is_ready(home)]


def _keep_until(
    is_done: Callable[[], bool],
    kept: list[Kept],
    clusters: tuple[PostgreSQL, PostgreSQL],
    stop: threading.Event,
    within: float | None,
) -> bool:
    """Keep everything running until it is done, we are told to stop, or the time is over. Answers whether it is done."""
    end = None if within is None else time.monotonic() + within
    look_at = time.monotonic() + LOOK_AT_CLUSTERS_EVERY
    while not stop.is_set():
        now = time.monotonic()
        for one in kept:
            one.look_after(now)
        if now > look_at:
            _revive(clusters)
            look_at = time.monotonic() + LOOK_AT_CLUSTERS_EVERY
        if is_done():
            return True
        if end is not None and now > end:
            return False
        stop.wait(TICK)
    return False


def _revive(clusters: tuple[PostgreSQL, PostgreSQL]) -> None:
    for cluster in clusters:
        if not cluster.is_ready():
            cluster.start()


def _check(
    home: Home, kept: list[Kept], clusters: tuple[PostgreSQL, PostgreSQL], stop: threading.Event
) -> int:
    """Walk once through the whole service while it is kept running."""
    walk = _in_a_process("from chopmark.config.check.walk import main", home)
    try:
        _keep_until(lambda: walk.poll() is not None, kept, clusters, stop, None)
    finally:
        walk.terminate()
    return walk.wait()


def _not_ready(waiting: list[str], home: Home, say: Say) -> int:
    for name in waiting:
        log = home.path / "logs" / f"{name}.log"
        last = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
        say(f"{name} is not ready; the end of {log}:")
        for line in last:
            say(f"  {line}")
    return 1


def _print_addresses(home: Home, say: Say) -> None:
    say("")
    say("everything is ready")
    say(f"  portal, counter, repository   {home.address('web')}/")
    say(f"  the data owner's desk         {home.address('desk')}/apply")
    say(f"  OCSP responder                {home.address('responder')}/")
    say(f"  the log                       {home.address('web')}/log/checkpoint")
    say(f"  the owner's log               {home.address('desk')}/log/checkpoint")
    say(f"  logs of the processes         {home.path / 'logs'}")
    if (notes := home.path / "demo" / "README.txt").exists():
        say(f"  who may sign in               {notes}")
    say("Ctrl-C stops it.")
