"""Every table × verb × role of the authority's database, tried against PostgreSQL and held beside the grants."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from django.db import connection as djangos

import cluster as machine
from chopmark.config.clusters import Cluster
from chopmark.config.database import make_roles, prepare, tables_of
from chopmark.config.grants import GRANTS, PLAN
from chopmark.config.roles import WEB
from chopmark.config.strongroom_plan import PLAN as STRONGROOM_PLAN
from privileges import changes_refused, may_do, may_reach, put_a_row, roles_within_reach, signed_in_as

FUNCTION = "chopmark_append_only"


@pytest.fixture
def superuser(db: None, cluster: Cluster) -> Iterator[psycopg.Connection]:
    """A session of PostgreSQL's superuser in this run's own database, closed to the public as an installed one is."""
    name = str(djangos.settings_dict["NAME"])
    with closing(machine.superuser(cluster, name)) as connection:
        prepare(connection, replace(PLAN, database=name))
        yield connection


@pytest.mark.parametrize("role", PLAN.roles)
def test_it_works(superuser, role):
    """What a role can do is what the data says, verb by verb; of what is not a verb of the data, nothing."""
    tables = tables_of(superuser)
    with signed_in_as(superuser, role):
        tried = {table: may_do(superuser, table, function=FUNCTION) for table in tables}
    assert tried == {table: set(GRANTS[role].get(table, ())) for table in tables}


@pytest.mark.parametrize("role", PLAN.roles)
def test_there_is_no_way_round_the_tables(superuser, role):
    with signed_in_as(superuser, role):
        assert may_reach(superuser, function=FUNCTION) == set()
        assert roles_within_reach(superuser, ["postgres", PLAN.owner, PLAN.migrator, *PLAN.roles]) == {role}


def test_the_owner_cannot_sign_in_and_only_the_migrator_becomes_it(superuser):
    assert superuser.execute(
        "select rolcanlogin from pg_roles where rolname = %s", [PLAN.owner]
    ).fetchone() == (False,)
    with signed_in_as(superuser, PLAN.migrator):
        assert roles_within_reach(superuser, [PLAN.owner, *PLAN.roles]) == {PLAN.owner}
        # Only by becoming it: the migrator in its own name does nothing.
        assert may_do(superuser, "audit_leaf", function=FUNCTION) == set()


@pytest.mark.parametrize("table", ["audit_leaf", "issuance_certificate", "ledger_entry", "ledger_leg"])
def test_the_very_owner_cannot_change_a_row(superuser, table):
    with superuser.transaction(force_rollback=True):
        put_a_row(superuser, table)
        assert changes_refused(superuser, table) == {"update", "delete", "truncate"}
        superuser.execute(f"set role {PLAN.owner}")
        assert changes_refused(superuser, table) == {"update", "delete", "truncate"}


@pytest.fixture
def owners_database(cluster: Cluster) -> Iterator[str]:
    """The other side's database, made as an installation makes it, though in one cluster: the worst case."""
    name = f"other_side_{djangos.settings_dict['NAME']}"
    with closing(machine.superuser(cluster)) as connection:
        make_roles(connection, replace(STRONGROOM_PLAN, database=name), {WEB: "a password"})
        try:
            with closing(machine.superuser(cluster, name)) as inside:
                prepare(inside, replace(STRONGROOM_PLAN, database=name))
            yield name
        finally:
            connection.execute(f"drop database {name} with (force)")


def test_the_other_sides_database_lets_none_of_ours_in(superuser, cluster, owners_database):
    found = superuser.execute(
        "select name from unnest(%s::text[]) name where has_database_privilege(name, %s, 'connect, create, temporary')",
        [[PLAN.owner, *PLAN.logins], owners_database],
    )
    assert found.fetchall() == []
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(cluster.dsn(database=owners_database, role=WEB, password="a password"))
