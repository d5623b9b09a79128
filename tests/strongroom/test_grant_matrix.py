"""Every table × verb × role of the owner's database, tried against PostgreSQL and held beside the grants."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from django.db import connection as djangos

import cluster as machine
from chopmark.config.clusters import Cluster
from chopmark.config.database import make_roles, prepare, tables_of
from chopmark.config.grants import PLAN as AUTHORITY_PLAN
from chopmark.config.strongroom_plan import PLAN
from chopmark.strongroom.grants import GRANTS
from privileges import changes_refused, may_do, may_reach, put_a_row, roles_within_reach, signed_in_as

FUNCTION = "strongroom_append_only"


@pytest.fixture
def superuser(db: None, cluster: Cluster) -> Iterator[psycopg.Connection]:
    """A session of PostgreSQL's superuser in this run's own database, closed to the public as an installed one is."""
    name = str(djangos.settings_dict["NAME"])
    with closing(machine.superuser(cluster, name)) as connection:
        make_roles(connection, replace(AUTHORITY_PLAN, database=name), {})
        prepare(connection, replace(PLAN, database=name))
        yield connection


@pytest.mark.parametrize("role", PLAN.roles)
def test_it_works(superuser, role):
    tables = tables_of(superuser)
    with signed_in_as(superuser, role):
        tried = {table: may_do(superuser, table, function=FUNCTION) for table in tables}
    assert tried == {table: {verb.upper() for verb in GRANTS[role].get(table, ())} for table in tables}


@pytest.mark.parametrize("role", [*AUTHORITY_PLAN.logins, AUTHORITY_PLAN.owner])
def test_the_operators_roles_can_do_nothing_here(superuser, role):
    """Even if both databases stood in one cluster: not a table, not a way round, not the database itself."""
    with signed_in_as(superuser, role):
        assert not any(may_do(superuser, table, function=FUNCTION) for table in tables_of(superuser))
        assert may_reach(superuser, function=FUNCTION) == set()
        assert roles_within_reach(superuser, ["postgres", PLAN.owner, PLAN.migrator, *PLAN.roles]) == set()
    asked = "select has_database_privilege(%s, current_database(), 'connect, create, temporary')"
    assert superuser.execute(asked, [role]).fetchone() == (False,)


@pytest.mark.parametrize("role", PLAN.roles)
def test_there_is_no_way_round_the_tables(superuser, role):
    with signed_in_as(superuser, role):
        assert may_reach(superuser, function=FUNCTION) == set()
        assert roles_within_reach(superuser, ["postgres", PLAN.owner, PLAN.migrator, *PLAN.roles]) == {role}


@pytest.mark.parametrize("table", ["strongroom_leaf", "strongroom_opening", "strongroom_receipt"])
def test_the_very_owner_cannot_change_a_row(superuser, table):
    with superuser.transaction(force_rollback=True):
        put_a_row(superuser, table)
        superuser.execute(f"set role {PLAN.owner}")
        assert changes_refused(superuser, table) == {"update", "delete", "truncate"}
