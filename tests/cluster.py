"""One PostgreSQL for every test run of this machine account: started by whoever comes first, stopped by whoever leaves last.

What is migrated once is kept as a template; each pytest process clones it, which takes a tenth of a second.
"""

import atexit
import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.operations import DatabaseOperations
from psycopg import sql
from psycopg.pq import TransactionStatus

from chopmark.config.accounts import serving_account
from chopmark.config.binaries import find_binaries, within_reach
from chopmark.config.clusters import Cluster
from chopmark.config.database import Plan, apply_grants, make_roles, prepare
from chopmark.config.faults import Fault
from chopmark.config.folders import own_folder, secret

REPOSITORY = Path(__file__).parent.parent
NO_DURABILITY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


def _place() -> Path:
    # Under /tmp, since a service account cannot pass a private clone.
    name = hashlib.sha256(f"{REPOSITORY} {os.environ.get('CHOPMARK_TEST_PG_BIN')}".encode()).hexdigest()[:8]
    return own_folder(Path(tempfile.gettempdir()) / f"chopmark-tests-{os.geteuid()}-{name}", 0o711)


def _cluster() -> Cluster:
    place, account = _place(), serving_account()
    binaries = within_reach(
        find_binaries(os.environ.get("CHOPMARK_TEST_PG_BIN", "")), account, place / "postgresql"
    )
    return Cluster(
        binaries=binaries,
        account=account,
        folder=place / "cluster",
        sockets=place / "sockets",
        password=secret(place / "password"),
        settings=NO_DURABILITY,
    )


def running() -> Cluster:
    """The cluster, running until the last test process of this machine account has ended."""
    cluster = _cluster()
    with _hold("door"):
        users = (_place() / "users").open("w")
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            cluster.start()
        except Fault:  # a power cut may have left rubbish, since nothing here is durable
            cluster.stop()
            shutil.rmtree(cluster.folder)
            cluster.start()
    atexit.register(_leave, cluster, users)
    return cluster


def _leave(cluster: Cluster, users: object) -> None:
    with _hold("door"), contextlib.suppress(BlockingIOError):
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)  # type: ignore[arg-type]  # an open file
        cluster.stop()


@contextlib.contextmanager
def _hold(name: str) -> Iterator[None]:
    with (_place() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def database_for_tests(cluster: Cluster, plan: Plan, version: str) -> Iterator[None]:
    """Django's default connection leads to a migrated database of this process alone."""
    with cloned(cluster, plan, version=version, migrate=lambda name: _migrate(cluster, plan, name)) as name:
        _point_at(cluster, plan, name)
        yield
        connections.close_all()


def _point_at(cluster: Cluster, plan: Plan, name: str) -> None:
    connections.close_all()
    # The superuser, who may become any role, as the owner: a test then becomes its process by `as_process`.
    connections.settings["default"].update(
        NAME=name,
        HOST=str(cluster.sockets),
        PORT=cluster.port,
        USER="postgres",
        PASSWORD=cluster.password,
        OPTIONS={"options": f"-c role={plan.owner}"},
    )
    # On the class, since a test may open a connection anew.
    DatabaseOperations.execute_sql_flush = lambda operations, statements: _empty_tables(statements)


def _migrate(cluster: Cluster, plan: Plan, name: str) -> None:
    _point_at(cluster, plan, name)
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()


def _empty_tables(statements: list[str]) -> None:
    """What a test with real transactions ends with: append-only tables refuse it from everybody but the superuser."""
    with connection.cursor() as cursor:
        cursor.execute("begin; set local role postgres; set local session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("commit")


@contextlib.contextmanager
def role(connection: BaseDatabaseWrapper, name: str, plan: Plan) -> Iterator[None]:
    """What is done inside is done under the grants of that role."""
    if name not in plan.roles:
        raise ValueError(f"no process signs in as {name}")
    scope = "local " if connection.in_atomic_block else ""
    with connection.cursor() as cursor:
        cursor.execute(f"set {scope}role {name}")
    try:
        yield
    finally:
        # In a transaction that failed nothing can be said, and the role goes with it.
        if connection.connection.info.transaction_status != TransactionStatus.INERROR:
            with connection.cursor() as cursor:
                cursor.execute(f"set {scope}role {plan.owner}")


@contextlib.contextmanager
def cloned(cluster: Cluster, plan: Plan, *, version: str, migrate: Callable[[str], None]) -> Iterator[str]:
    """The name of a migrated database of one's own; `version` says of what the template is made, `migrate` fills it."""
    template = f"template_{plan.database}_{version}"
    name = f"test_{plan.database}_{os.getpid()}"
    with superuser(cluster) as connection:
        with _hold(f"template-{plan.database}"):
            if not _exists(connection, template):
                _make_template(cluster, connection, plan, template, migrate)
            _create(connection, name, template)
        try:
            yield name
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def superuser(cluster: Cluster, database: str = "postgres") -> psycopg.Connection:
    return psycopg.connect(cluster.dsn(database=database), autocommit=True)


def _make_template(
    cluster: Cluster,
    connection: psycopg.Connection,
    plan: Plan,
    template: str,
    migrate: Callable[[str], None],
) -> None:
    _drop_older(connection, template.rpartition("_")[0])
    make_roles(connection, plan, {})
    # Made under another name until whole, so that a migration that fails leaves no template.
    unfinished = f"{template}_unfinished"
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(unfinished)))
    owner = sql.Identifier(plan.owner)
    connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(unfinished), owner))
    with superuser(cluster, unfinished) as inside:
        prepare(inside, replace(plan, database=unfinished))
        migrate(unfinished)
        apply_grants(inside, plan)
    rename = sql.SQL("alter database {} rename to {}").format(
        sql.Identifier(unfinished), sql.Identifier(template)
    )
    connection.execute(rename)


def _drop_older(connection: psycopg.Connection, prefix: str) -> None:
    found = connection.execute(
        "select datname from pg_database where starts_with(datname, %s)", [prefix]
    ).fetchall()
    for (name,) in found:
        with contextlib.suppress(psycopg.errors.ObjectInUse):
            connection.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


def _exists(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone() is not None


def _create(connection: psycopg.Connection, name: str, template: str) -> None:
    # A run that was killed may have had our process number.
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
    create = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
    connection.execute(create)


def version_of(*folders: Path, also: str = "") -> str:
    """A short name for the state of all migrations, grants and what they build on, in those folders."""
    seen = hashlib.sha256(also.encode())
    wanted = ("migrations/*.py", "append_only.py", "grants.py", "database.py")
    for folder in folders:
        for file in sorted({file for pattern in wanted for file in folder.rglob(pattern)}):
            seen.update(str(file).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()[:12]
