"""The separation that the database holds: triggers, functions, privileges and roles are what the migrations and the grants say.

A superuser can change them, and cannot keep the catalogue from saying so while they are changed.
"""

from collections.abc import Iterator

from django.db import connection

from chopmark.config.audit.fault import Fault, rows
from chopmark.config.grants import PLAN
from chopmark.strongroom import walls

PRIVILEGES = """
    select class.relname, coalesce(role.rolname, 'public'), privilege.privilege_type
    from pg_class class
    cross join lateral (
        select grantee, privilege_type from aclexplode(class.relacl)
        union all
        select exploded.grantee, exploded.privilege_type
        from pg_attribute attribute, aclexplode(attribute.attacl) exploded
        where attribute.attrelid = class.oid
    ) privilege
    left join pg_roles role on role.oid = privilege.grantee
    where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p', 'v', 'm')
"""
OWNERS = """
    select class.relname, role.rolname from pg_class class join pg_roles role on role.oid = class.relowner
    where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p') order by 1
"""
POWERS = """
    select rolname from pg_roles
    where rolname = any(%s) and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)
    order by 1
"""
MEMBERS = """
    select member.rolname, held.rolname from pg_auth_members link
    join pg_roles member on member.oid = link.member join pg_roles held on held.oid = link.roleid
    where member.rolname = any(%s) order by 1, 2
"""


def check_separation() -> Iterator[Fault]:
    """Nobody has switched off, replaced or walked around what keeps rows as they were written."""
    for breach in walls.breaches(walls.of_migrations("chopmark.authority"), connection):
        yield Fault("separation", breach.about, breach.sentence)
    yield from _check_privileges()
    yield from _check_roles()


def _check_privileges() -> Iterator[Fault]:
    said = {
        (table, role, verb)
        for role, granted in PLAN.grants.items()
        for table, verbs in granted.items()
        for verb in verbs
    }
    held = {tuple(row) for row in rows(PRIVILEGES) if row[1] != PLAN.owner}
    for table, role, verb in sorted(held - said):
        yield Fault("separation", table, f"{role} may {verb}, and the grants do not say so")
    for table, owner in rows(OWNERS):
        if owner != PLAN.owner:
            yield Fault("separation", table, f"it belongs to {owner}")


def _check_roles() -> Iterator[Fault]:
    everybody = [PLAN.owner, *PLAN.logins]
    for (role,) in rows(POWERS, [everybody]):
        yield Fault("separation", role, "it has a power over the whole cluster")
    for member, held in rows(MEMBERS, [everybody]):
        if (member, held) != (PLAN.migrator, PLAN.owner):
            yield Fault("separation", member, f"it may become {held}")
