"""The stage of the strongroom's tests: a home with its own keys, and a database cloned from a migrated template."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from chopmark.strongroom.keys import ceremony, sealing
from chopmark.strongroom.services import access_codes

# Guessing is made dear for thieves, and not for tests: `test_ceremony.py` holds the real costs.
REAL_COSTS = sealing.COST, access_codes.COST
sealing.COST = access_codes.COST = 2**8

_HOME = Path(tempfile.mkdtemp(prefix="strongroom-home-"))
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
PASSPHRASE = "a passphrase for tests"
(_HOME / "secrets").mkdir(mode=0o700)
(_HOME / "run").mkdir(mode=0o700)
(_HOME / "secrets" / "strongroom.passphrase").write_text(PASSPHRASE)
(_HOME / "secrets" / "strongroom.passphrase").chmod(0o600)
ceremony.prepare(_HOME, PASSPHRASE)
os.environ["DJANGO_SETTINGS_MODULE"] = "chopmark.strongroom.settings"
os.environ["STRONGROOM_HOME"] = str(_HOME)
os.environ["STRONGROOM_DATABASE"] = "host=/nonexistent dbname=strongroom"

import django

django.setup()

from django.conf import settings
from django.db import connection

settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick, and opens nothing
from pytest_django.plugin import DjangoDbBlocker

import cluster as machine
from chopmark.config.clusters import Cluster
from chopmark.config.strongroom_plan import PLAN

SOURCE = Path(__file__).parent.parent.parent / "src" / "chopmark"


@pytest.fixture(scope="session")
def real_costs() -> tuple[int, int]:
    """What a guess costs where it is no test: at a sealed file, and at an access code."""
    return REAL_COSTS


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
    version = machine.version_of(SOURCE / "strongroom", SOURCE / "config", also=str(settings.INSTALLED_APPS))
    with django_db_blocker.unblock(), machine.database_for_tests(cluster, PLAN, version):
        yield


@pytest.fixture
def as_process(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """`with as_process("strongroom"):` does what follows under the grants of that role."""

    @contextmanager
    def become(name: str) -> Iterator[None]:
        with machine.role(connection, name, PLAN):
            yield

    return become


@pytest.fixture
def strongroom(as_process) -> Iterator[None]:
    """The stage of a service's test: what follows is done under the grants of the process that does it."""
    with as_process("strongroom"):
        yield
