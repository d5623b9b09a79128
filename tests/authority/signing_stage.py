"""The stage of tests about keys: a token, a hierarchy from the ceremony, and a signer that may die at any line."""

import itertools
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, connections

from chopmark.authority.audit.models import Leaf
from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.ceremony import create_hierarchy
from chopmark.authority.custody.software_token import UnsafeSoftwareToken, UnsafeTokenInUse
from chopmark.authority.kernel.actors import process
from chopmark.authority.transparency.models import Checkpoint, Position
from chopmark.pki.tlog.leaf import decode_leaf

NOON = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def token(tmp_path):
    with pytest.warns(UnsafeTokenInUse):
        return UnsafeSoftwareToken(tmp_path / "token", b"correct horse")


@pytest.fixture
def ceremony(db, token):
    """Run the ceremony, again if asked."""

    def run(**changes):
        given = {"token": token, "randomness": secrets.token_bytes, "actor": process("ceremony"), "now": NOON}
        create_hierarchy(current().hierarchy, **(given | changes))

    return run


@pytest.fixture
def hierarchy(ceremony):
    ceremony()


@pytest.fixture
def issuing(hierarchy):
    """An issuing authority that has a responder."""
    return custody.authority_by_slug("identity-1")


@pytest.fixture
def claimer() -> Iterator[int]:
    """A signer that lives: it holds its advisory lock on a connection of its own, as signer_root does."""
    with living() as number:
        yield number


@contextmanager
def living() -> Iterator[int]:
    number = secrets.randbits(62)
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "host", "port", "user", "password")}
    with psycopg.connect(**wanted, autocommit=True) as alive:
        alive.execute("select pg_advisory_lock(%s)", [number])
        try:
            yield number
        finally:
            # Said aloud, since a connection's locks go a moment after it.
            alive.execute("select pg_advisory_unlock(%s)", [number])


def in_a_process_that_is_killed(work: Callable[[], None]) -> None:
    """Do this in another process, which dies by SIGKILL before it ends; its connections go with it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    _wait_until_alone()


def _wait_until_alone() -> None:
    """Until PostgreSQL has noticed that the other process is gone, and let go of its locks."""
    others = (
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    )
    with connection.cursor() as cursor:
        cursor.execute(others)
        while cursor.fetchone()[0]:
            cursor.execute("select pg_sleep(0.01)")
            cursor.execute(others)


def kill_this_process(*args: object, **kwargs: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Broken(Exception):
    """A token, disk or network that failed."""


def it_fails(*args: object, **kwargs: object) -> None:
    raise Broken


def it_happens_and_then_fails(effect):
    """The effect takes place, and the caller is told that it failed."""

    def wrapped(*args, **kwargs):
        effect(*args, **kwargs)
        raise Broken

    return wrapped


def leaves() -> list:
    return [decode_leaf(bytes(leaf.entry)) for leaf in Leaf.objects.order_by("id")]


def tags() -> list[str]:
    return [leaf.tag for leaf in leaves()]


def log_everything() -> None:
    """Put every leaf there is under a checkpoint, as the sequencer and the signer would."""
    placed = set(Position.objects.values_list("leaf_id", flat=True))
    numbers = itertools.count(Position.objects.count())
    new = [leaf for leaf in Leaf.objects.order_by("id") if leaf.pk not in placed]
    Position.objects.bulk_create(Position(position=next(numbers), leaf_id=leaf.pk) for leaf in new)
    size = Position.objects.count()
    if size and not Checkpoint.objects.filter(size=size).exists():
        Checkpoint.objects.create(size=size, root_hash=bytes(32), right_edge=b"", note="", signed_at=NOON)
