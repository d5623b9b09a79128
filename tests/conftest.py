"""The stage of every test of the authority: a home of its own, and a database cloned from a migrated template.

The strongroom's tests have a stage of their own in tests/strongroom, as the strongroom has settings of its own.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from chopmark.config.home import make_home

_HOME = Path(tempfile.mkdtemp(prefix="chopmark-home-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
make_home(_HOME)
os.environ["DJANGO_SETTINGS_MODULE"] = "chopmark.config.settings"
os.environ["CHOPMARK_HOME"] = str(_HOME)
os.environ["CHOPMARK_PROCESS"] = "migrate"

import django

django.setup()

from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

import cluster as machine
from chopmark.config.clusters import Cluster
from chopmark.config.grants import PLAN

SOURCE = Path(__file__).parent.parent / "src" / "chopmark"
# Run by themselves: one needs other settings, one clients and minutes, one namespaces and root.
collect_ignore = ["strongroom", "conformance", "scale"]


@pytest.fixture(scope="session")
def home() -> Path:
    """The home folder that the settings of this test process were read from."""
    return _HOME


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The running PostgreSQL of all tests."""
    return machine.running()


@pytest.fixture(scope="session")
def django_db_setup(cluster: Cluster, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Point Django at a migrated database of our own."""
    version = machine.version_of(SOURCE / "authority", SOURCE / "config", also=str(settings.INSTALLED_APPS))
    with django_db_blocker.unblock(), machine.database_for_tests(cluster, PLAN, version):
        yield


@pytest.fixture
def as_process(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """`with as_process("web"):` does what follows under the grants of that process."""

    @contextmanager
    def become(name: str) -> Iterator[None]:
        with machine.role(connection, f"chopmark_{name}", PLAN):
            yield

    return become
