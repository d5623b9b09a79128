"""Owners, roles, schemas and grants of a database, as statements that an operator can read before they are run.

Everything here may be run again: what is already so stays so, and a privilege that is no longer in the data is gone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

Grants = Mapping[str, Mapping[str, frozenset[str]]]
# Any number will do, so long as everybody who changes roles or privileges takes the same one.
_LOCK = 0x63686F70


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whose a database is, who may sign in to it, and what each may do there."""

    database: str
    owner: str
    migrator: str
    roles: tuple[str, ...]
    grants: Grants
    functions: Mapping[str, frozenset[str]]

    @property
    def logins(self) -> tuple[str, ...]:
        return (self.migrator, *self.roles)


def role_statements(plan: Plan) -> list[sql.Composed]:
    """The roles of the whole cluster, without their passwords."""
    statements = [_create_role(plan.owner, "nologin"), *(_create_role(role, "login") for role in plan.logins)]
    # Inheriting would let the migrator own what it makes under its own name by mistake. From PostgreSQL 16 on, whether
    # it inherits is written down at the moment of the grant: so the grant is made anew, and after.
    form = {"owner": sql.Identifier(plan.owner), "migrator": sql.Identifier(plan.migrator)}
    statements += [
        sql.SQL(line).format(**form)
        for line in (
            "alter role {migrator} noinherit",
            "revoke {owner} from {migrator}",
            "grant {owner} to {migrator}",
        )
    ]
    return statements


def _create_role(name: str, attribute: str) -> sql.Composed:
    return sql.SQL(
        "do $$ begin create role {name} {attribute}; exception when duplicate_object then "
        "alter role {name} {attribute} nosuperuser nocreatedb nocreaterole nobypassrls; end $$"
    ).format(name=sql.Identifier(name), attribute=sql.SQL(attribute))


def password_statement(role: str, password: str) -> sql.Composed:
    return sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password))


def database_statements(plan: Plan) -> list[sql.Composed]:
    """What is said once per database, before any migration: whose it is, and that the public has nothing in it."""
    owner, database = sql.Identifier(plan.owner), sql.Identifier(plan.database)
    logins = sql.SQL(", ").join(map(sql.Identifier, plan.logins))
    form = {"owner": owner, "database": database, "logins": logins}
    return [
        sql.SQL(line).format(**form)
        for line in (
            "revoke all on database {database} from public",
            "grant connect on database {database} to {logins}",
            "alter schema public owner to {owner}",
            "revoke all on schema public from public",
            "grant usage on schema public to {logins}",
            "alter default privileges for role {owner} revoke all on tables from public",
            "alter default privileges for role {owner} revoke all on sequences from public",
            "alter default privileges for role {owner} revoke all on functions from public",
        )
    ]


def grant_statements(plan: Plan, tables: Iterable[str] | None = None) -> list[sql.Composed]:
    """What each role may do, after the migrations; with `tables`, only of those that exist."""
    known = None if tables is None else set(tables)
    statements = [
        _withdraw(kind, role)
        for role in ("public", *plan.roles)
        for kind in ("tables", "sequences", "functions")
    ]
    for role, rows in sorted(plan.grants.items()):
        for table, verbs in sorted(rows.items()):
            if verbs and (known is None or table in known):
                statements.append(_grant(verbs, table, role))
    statements.append(_SEQUENCES)
    for role, patterns in sorted(plan.functions.items()):
        statements += [_grant_functions(pattern, role) for pattern in sorted(patterns)]
    return statements


def _withdraw(kind: str, role: str) -> sql.Composed:
    whom = sql.SQL("public") if role == "public" else sql.Identifier(role)
    return sql.SQL("revoke all on all {} in schema public from {}").format(sql.SQL(kind), whom)


def _grant(verbs: frozenset[str], table: str, role: str) -> sql.Composed:
    words = sql.SQL(", ".join(sorted(verbs)))
    return sql.SQL("grant {} on table {} to {}").format(words, sql.Identifier(table), sql.Identifier(role))


# Whoever may insert may draw the number first: a serial column's default does, and so does whoever copies many rows whose ids
# other rows name. It is no more than an insert and its rollback would do.
_SEQUENCES = sql.SQL("""\
do $$ declare found record; begin
  for found in
    select sequence.oid::regclass as sequence, role.rolname as role
    from pg_class sequence
    join pg_depend link on link.objid = sequence.oid and link.classid = 'pg_class'::regclass and link.deptype in ('a', 'i')
    join pg_class holder on holder.oid = link.refobjid
    join pg_roles role on not role.rolsuper and has_table_privilege(role.oid, holder.oid, 'INSERT')
    where sequence.relkind = 'S' and sequence.relnamespace = 'public'::regnamespace
      and role.oid <> holder.relowner and not pg_has_role(role.oid, holder.relowner, 'MEMBER')
      and role.rolname !~ '^pg_'
  loop
    execute format('grant usage on sequence %s to %I', found.sequence, found.role);
  end loop;
end $$""").format()


def _grant_functions(pattern: str, role: str) -> sql.Composed:
    return sql.SQL("""\
do $$ declare found regprocedure; begin
  for found in select oid from pg_proc where pronamespace = 'public'::regnamespace and proname like {pattern} loop
    execute format('grant execute on function %s to %I', found, {role});
  end loop;
end $$""").format(pattern=sql.Literal(pattern), role=sql.Literal(role))


def script(plan: Plan) -> str:
    """Everything as one script for `psql`, run by a superuser in the plan's database: passwords are set apart."""
    statements = [*role_statements(plan), *database_statements(plan), *grant_statements(plan)]
    return "".join(f"{statement.as_string()};\n" for statement in statements)


def make_roles(connection: psycopg.Connection, plan: Plan, passwords: Mapping[str, str]) -> None:
    """Make the roles with their passwords, and the database if it is not there. The connection is a superuser's."""
    _run(
        connection,
        [*role_statements(plan), *(password_statement(*pair) for pair in sorted(passwords.items()))],
    )
    if connection.execute("select 1 from pg_database where datname = %s", [plan.database]).fetchone() is None:
        make = sql.SQL("create database {} owner {}").format(
            sql.Identifier(plan.database), sql.Identifier(plan.owner)
        )
        connection.execute(make)


def prepare(connection: psycopg.Connection, plan: Plan) -> None:
    """Give the database to its owner and nothing to the public: before the first migration."""
    _run(connection, database_statements(plan))


def apply_grants(connection: psycopg.Connection, plan: Plan) -> None:
    """Make the privileges on what exists now exactly those of the data; a table without a row is nobody's."""
    _run(connection, grant_statements(plan, tables_of(connection)))


def tables_of(connection: psycopg.Connection) -> set[str]:
    """The tables that the database has."""
    found = connection.execute("select tablename from pg_tables where schemaname = 'public'")
    return {row[0] for row in found.fetchall()}


def tables_without_a_row(plan: Plan, tables: Iterable[str]) -> set[str]:
    """Tables that nobody has thought about: each must be in the data, if only with nothing."""
    return set(tables) - {table for rows in plan.grants.values() for table in rows}


def misgranted(connection: psycopg.Connection, plan: Plan, tables: Iterable[str]) -> list[str]:
    """The tables on which some role may do more or less than the data says."""
    found = connection.execute(
        """select table_name, grantee, lower(privilege_type) from information_schema.role_table_grants
           where table_schema = 'public' and grantee = any(%s)""",
        [["PUBLIC", *plan.roles]],
    )
    known = set(tables)
    wanted = {
        (table, role, verb.lower())
        for role, rows in plan.grants.items()
        for table, verbs in rows.items()
        for verb in verbs
        if table in known
    }
    return sorted({row[0] for row in wanted ^ set(found.fetchall())})


def _run(connection: psycopg.Connection, statements: Sequence[sql.Composed]) -> None:
    with connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        for statement in statements:
            connection.execute(statement)
