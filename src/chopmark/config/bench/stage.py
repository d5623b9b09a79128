"""Where a measurement takes place: a home of its own with both databases and the demonstration's keys, thrown away at the end."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from chopmark.config.children import authority_environment, child
from chopmark.config.faults import Fault
from chopmark.config.home import Home, make_home, open_home, remove_home
from chopmark.config.installing import install

_CEREMONY = "import django; django.setup(); from chopmark.config.demo import hold_ceremony as hold; hold()"


@contextmanager
def stage(overlay: Mapping[str, str] | None = None) -> Iterator[Home]:
    """A fresh installation whose databases run, and nothing else: no process of it is started.

    `overlay` is laid over the demonstration's pack: a file's name, and its TOML.
    """
    with tempfile.TemporaryDirectory(prefix="chopmark-bench-") as folder:
        home = make_home(Path(folder) / "home")
        if overlay:
            home = _lay_over(home, overlay)
        clusters = home.databases()
        try:
            for cluster in clusters:
                cluster.start()
            install(home, *clusters)
            environment = {**os.environ, **authority_environment(home, "migrate")}
            subprocess.run([sys.executable, "-c", _CEREMONY], env=environment, check=True)
            yield home
        finally:
            for cluster in clusters:
                cluster.stop()
            remove_home(home)


def _lay_over(home: Home, overlay: Mapping[str, str]) -> Home:
    for name, text in overlay.items():
        path = home.path / "pack" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = home.path / "config.toml"
    said = config.read_text(encoding="utf-8")
    config.write_text(said.replace('"demo"]', '"demo", "./pack"]'), encoding="utf-8")
    return open_home(home.path)


@contextmanager
def running(home: Home, process: str, module: str, *, count: int = 1) -> Iterator[None]:
    """So many processes of one kind, as `chopmark up` would start them; what they say goes to the home's run folder."""
    environment = {**os.environ, **authority_environment(home, process)}
    with (home.path / "run" / f"{process}.log").open("ab") as said:
        started = [
            subprocess.Popen([sys.executable, "-m", module], env=environment, stdout=said, stderr=said)
            for _ in range(count)
        ]
        try:
            yield
        finally:
            for one in started:
                one.terminate()
            for one in started:
                one.wait(timeout=30)


@contextmanager
def standing(home: Home, name: str) -> Iterator[None]:
    """The one process of that name as `chopmark up` starts it, from when it says that it is ready."""
    one = child(name)
    environment = {**os.environ, **one.environment(home)}
    with (home.path / "run" / f"{name}.log").open("ab") as said:
        process = subprocess.Popen(one.command(home), env=environment, stdout=said, stderr=said)
        try:
            until(lambda: one.is_ready(home), f"the {name} is ready")
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def until(is_so: Callable[[], bool], what: str, *, within: float = 120.0) -> None:
    """Wait, and look twenty times a second."""
    end = time.monotonic() + within
    while not is_so():
        if time.monotonic() > end:
            raise Fault(f"waited {within:.0f} seconds, and it is not so that {what}", "look at its own words")
        time.sleep(0.05)


def become(home: Home, process: str) -> None:
    """Be one of the authority's processes from here on: its settings, its database role. Once a process."""
    import django

    os.environ.update(authority_environment(home, process))
    django.setup()
