"""Bringing both databases of a home to what this version of the software needs: roles, tables, privileges, keys."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg

from chopmark.config import grants, strongroom_plan
from chopmark.config.children import authority_environment, strongroom_environment
from chopmark.config.database import Plan, apply_grants, make_roles, prepare
from chopmark.config.faults import Fault
from chopmark.config.home import Home
from chopmark.config.servers import PostgreSQL
from chopmark.strongroom.keys import ceremony
from chopmark.strongroom.options import KeyFiles


def install(home: Home, authority: PostgreSQL, owner: PostgreSQL) -> None:
    """Both databases and both sides' keys are as this version needs them; running it again changes nothing."""
    if not KeyFiles(
        home.path
    ).share_set.exists():  # then the passphrase is its holders', and the keys are made
        ceremony.prepare(home.path, home.secret("strongroom.passphrase"))
    sides = (
        (authority, grants.PLAN, authority_environment(home, "migrate")),
        (owner, strongroom_plan.PLAN, strongroom_environment(home, "migrate")),
    )
    with ThreadPoolExecutor() as side_by_side:
        installed = [side_by_side.submit(install_database, home, *side) for side in sides]
    for one in installed:
        one.result()
    for name in ("pages.key", "token.passphrase"):
        home.secret(name)


def install_database(home: Home, cluster: PostgreSQL, plan: Plan, environment: Mapping[str, str]) -> None:
    """Roles and database first, then the migrations under the owner's name, then who may do what."""
    with superuser(cluster) as connection:
        make_roles(connection, plan, {role: home.secret(f"{role}.password") for role in plan.logins})
    with superuser(cluster, plan.database) as connection:
        prepare(connection, plan)
        migrate(environment)
        apply_grants(connection, plan)


def migrate(environment: Mapping[str, str]) -> None:
    """Run the migrations in a process of their own, which signs in as the migrator."""
    command = [sys.executable, "-m", "django", "migrate", "--skip-checks", "--verbosity", "0", "--no-input"]
    done = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Fault(
            f"the migrations of {environment['DJANGO_SETTINGS_MODULE']} failed:\n{done.stdout.strip()}"
        )


@contextmanager
def superuser(cluster: PostgreSQL, database: str = "postgres") -> Iterator[psycopg.Connection]:
    """A connection of the cluster's superuser, each statement its own transaction."""
    with psycopg.connect(cluster.dsn(database=database), autocommit=True) as connection:
        yield connection
