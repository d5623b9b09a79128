"""Where a measurement takes place: a home of its own with both databases and the demonstration's keys, thrown away at the end."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chopmark.config.children import authority_environment
from chopmark.config.home import Home, make_home, remove_home
from chopmark.config.installing import install

_CEREMONY = "import django; django.setup(); from chopmark.config.demo import hold_ceremony as hold; hold()"


@contextmanager
def stage() -> Iterator[Home]:
    """A fresh installation whose databases run, and nothing else: no process of it is started."""
    with tempfile.TemporaryDirectory(prefix="chopmark-bench-") as folder:
        home = make_home(Path(folder) / "home")
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


def become(home: Home, process: str) -> None:
    """Be one of the authority's processes from here on: its settings, its database role. Once a process."""
    import django

    os.environ.update(authority_environment(home, process))
    django.setup()
