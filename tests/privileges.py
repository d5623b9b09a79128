"""What a role really can do: each statement is tried, and undone, under that role's own name.

Not `set role`, which a superuser's session could take back: `set session authorization`, as if the role had signed in.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

# Each is refused by privilege before anything else, or touches no row.
ON_A_TABLE = {
    "SELECT": "select 1 from public.{table} where false",
    "INSERT": "insert into public.{table} ({column}) select null where false",
    "UPDATE": "update public.{table} set {column} = null where false",
    "DELETE": "delete from public.{table} where false",
    "TRUNCATE": "truncate public.{table}",
    "DISABLE TRIGGER": "alter table public.{table} disable trigger all",
    "CREATE TRIGGER": "create trigger t before insert on public.{table} execute function public.{function}()",
    "CREATE RULE": "create rule r as on insert to public.{table} do instead nothing",
    "ALTER": "alter table public.{table} add column another int",
    "DROP": "drop table public.{table} cascade",
}
ROUND_THE_TABLES = {
    "a table": "create table public.another (a int)",
    "a temporary table": "create temporary table another (a int)",
    "a schema": "create schema another",
    "a function": "create function public.another() returns int language sql as 'select 1'",
    "another append-only": "create or replace function public.{function}() returns trigger language plpgsql as "
    "'begin return new; end'",
    "a drop of append-only": "drop function public.{function}() cascade",
    "an extension": "create extension postgres_fdw schema public",
    "an event trigger": "create event trigger another on ddl_command_start execute function public.{function}()",
    "replication": "set session_replication_role = replica",
    "row security": "alter role current_user bypassrls",
    "superuser": "alter role current_user superuser",
    "a role": "create role another",
    "the server's files": "select pg_read_file('postgresql.conf')",
    "the server's programs": "copy (select 1) to program 'true'",
    "the passwords": "select rolpassword from pg_authid",
    "a large object from a file": "select lo_import('/etc/hostname')",
}


@contextmanager
def signed_in_as(connection: psycopg.Connection, role: str) -> Iterator[None]:
    connection.execute(sql.SQL("set session authorization {}").format(sql.Identifier(role)))
    try:
        yield
    finally:
        connection.execute("reset session authorization")


def may(connection: psycopg.Connection, statement: str, **names: str) -> bool:
    """Does this go through as far as privileges go? Whatever it did is undone."""
    form = sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()})
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(form)
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.SyntaxError:
        raise  # it would say nothing about privileges
    except psycopg.Error:
        return True  # it failed at something that comes after
    return True


def may_do(connection: psycopg.Connection, table: str, *, function: str) -> set[str]:
    """The verbs that whoever is signed in may use on a table."""
    names = {"table": table, "column": first_column(connection, table), "function": function}
    return {
        verb
        for verb, statement in ON_A_TABLE.items()
        if may(connection, statement, **_used(statement, names))
    }


def first_column(connection: psycopg.Connection, table: str) -> str:
    """A column that may be named in an UPDATE; the catalogue is read by names, which needs no way into the schema."""
    row = connection.execute(
        """select attname from pg_attribute join pg_class on pg_class.oid = attrelid
           where relname = %s and attnum > 0 and not attisdropped and attidentity <> 'a' limit 1""",
        [table],
    ).fetchone()
    assert row is not None
    return str(row[0])


def may_reach(connection: psycopg.Connection, *, function: str) -> set[str]:
    """What whoever is signed in may have beside the tables."""
    names = {"function": function}
    return {
        what
        for what, statement in ROUND_THE_TABLES.items()
        if may(connection, statement, **_used(statement, names))
    }


def roles_within_reach(connection: psycopg.Connection, roles: list[str]) -> set[str]:
    """The roles that whoever is signed in may become."""
    return {role for role in roles if may(connection, "set role {role}", role=role)}


# On a table that has a row.
CHANGES = {
    "update": "update public.{table} set {column} = {column}",
    "delete": "delete from public.{table}",
    "truncate": "truncate public.{table} cascade",
}


def changes_refused(connection: psycopg.Connection, table: str) -> set[str]:
    """Which changes of its rows a table refuses from whoever is signed in."""
    names = {"table": table, "column": first_column(connection, table)}
    return {
        verb
        for verb, statement in CHANGES.items()
        if not may(connection, statement, **_used(statement, names))
    }


def put_a_row(connection: psycopg.Connection, table: str) -> None:
    """Put a row of no meaning into a table, as a superuser past triggers and foreign keys."""
    columns = connection.execute(
        """select attname, format_type(atttypid, atttypmod) from pg_attribute
           where attrelid = %s::regclass and attnum > 0 and not attisdropped and attnotnull""",
        [table],
    ).fetchall()
    values = [sql.SQL("{}::" + kind).format(_nothing(kind)) for _, kind in columns]
    insert = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns),
        sql.SQL(", ").join(values),
    )
    connection.execute("set session_replication_role = replica")
    connection.execute(insert)
    connection.execute("reset session_replication_role")


_NOTHING = {
    "timestamp with time zone": "2026-11-12",
    "date": "2026-11-12",
    "jsonb": "{}",
    "boolean": "false",
    "uuid": "00000000-0000-0000-0000-000000000000",
}


def _used(statement: str, names: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in names.items() if "{" + name + "}" in statement}


def _nothing(kind: str) -> str:
    return "{}" if kind.endswith("[]") else _NOTHING.get(kind.partition("(")[0], "1")
