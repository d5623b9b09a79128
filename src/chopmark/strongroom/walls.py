"""The triggers and functions that a database must have, read from the migrations' own text, and where it has others.

A superuser can switch a trigger off or put another function in its place; the catalogue of PostgreSQL then says so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

# pg_trigger.tgtype, as PostgreSQL's catalog/pg_trigger.h numbers them.
_ROW, _BEFORE = 1, 2
_EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}

_MADE = re.compile(
    r"create\s+(?:or\s+replace\s+)?function\s+(?P<function>\w+)\s*\((?P<manner>.*?)\bas\s+\$\$(?P<body>.*?)\$\$"
    r"|drop\s+function\s+(?:if\s+exists\s+)?(?P<dropped_function>\w+)"
    r"|create\s+(?:constraint\s+)?trigger\s+(?P<trigger>\w+)\s+(?P<timing>before|after)\s+"
    r"(?P<events>\w+(?:\s+or\s+\w+)*)\s+on\s+(?P<table>\w+)\s.*?for\s+each\s+(?P<each>row|statement)\s+"
    r"execute\s+function\s+(?P<runs>\w+)\s*\((?P<arguments>[^)]*)\)"
    r"|drop\s+trigger\s+(?:if\s+exists\s+)?(?P<dropped_trigger>\w+)\s+on\s+(?P<dropped_from>\w+)",
    re.IGNORECASE | re.DOTALL,
)

_SETTING = re.compile(r"\bset\s+(\w+)\s*=\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Trigger:
    """When it fires and what it runs."""

    fires: int
    runs: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Function:
    """What it does, whether as its owner, and under which settings of its own."""

    body: str
    as_owner: bool
    settings: tuple[str, ...]


@dataclass(slots=True)
class Walls:
    """What stands between a role and a row: triggers by table and name, functions by name."""

    triggers: dict[tuple[str, str], Trigger] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Breach:
    """What is not as the migrations made it, in one sentence."""

    about: str
    sentence: str


def read(statements: Iterable[str]) -> Walls:
    """What those statements leave standing, run one after the other."""
    walls = Walls()
    for statement in statements:
        for made in _MADE.finditer(statement):
            _apply(made, walls)
    return walls


def _apply(made: re.Match[str], walls: Walls) -> None:
    if made["function"]:
        settings = tuple(f"{name}={value}" for name, value in _SETTING.findall(made["manner"]))
        as_owner = "security definer" in " ".join(made["manner"].lower().split())
        walls.functions[made["function"]] = Function(made["body"], as_owner, settings)
    elif made["dropped_function"]:
        walls.functions.pop(made["dropped_function"], None)
    elif made["trigger"]:
        fires = sum(_EVENTS[event] for event in re.split(r"\s+or\s+", made["events"].lower()))
        fires |= _BEFORE if made["timing"].lower() == "before" else 0
        fires |= _ROW if made["each"].lower() == "row" else 0
        runs = Trigger(fires, made["runs"], made["arguments"].replace("'", "").strip())
        walls.triggers[made["table"], made["trigger"]] = runs
    else:
        walls.triggers.pop((made["dropped_from"], made["dropped_trigger"]), None)


def of_migrations(package: str) -> Walls:
    """What the migrations of our own apps under `package` build; the framework's apps build none of this."""
    graph = MigrationLoader(None).graph
    plan: dict[Any, None] = {}
    for leaf in sorted(graph.leaf_nodes()):
        plan |= dict.fromkeys(graph.forwards_plan(leaf))
    ours = [graph.nodes[key] for key in plan if graph.nodes[key].__module__.startswith(package)]
    return read(
        operation.sql
        for migration in ours
        for operation in migration.operations
        if isinstance(getattr(operation, "sql", None), str)
    )


def breaches(walls: Walls, connection: BaseDatabaseWrapper) -> Iterator[Breach]:
    """Where the database that is connected differs; it reads the catalogue, as any role may."""
    yield from _triggers(walls, connection)
    yield from _functions(walls, connection)
    yield from _bypasses(connection)


_TRIGGERS = """
    select class.relname, trigger.tgname, trigger.tgenabled, trigger.tgtype, function.proname,
           replace(encode(trigger.tgargs, 'escape'), '\\000', ''), trigger.tgqual is not null, trigger.tgisinternal
    from pg_trigger trigger
    join pg_class class on class.oid = trigger.tgrelid
    join pg_proc function on function.oid = trigger.tgfoid
    where class.relnamespace = 'public'::regnamespace
    order by 1, 2
"""
_ENABLED = {"O", "A"}  # fires unless the session replicates, or always


def _triggers(walls: Walls, connection: BaseDatabaseWrapper) -> Iterator[Breach]:
    missing = dict(walls.triggers)
    guarded = {table for table, _ in walls.triggers}
    for table, name, enabled, fires, runs, arguments, has_condition, is_internal in _rows(
        _TRIGGERS, connection
    ):
        wanted = missing.pop((table, name), None)
        if enabled not in _ENABLED:
            yield Breach(table, f"its trigger {name} is switched off")
        if is_internal:  # PostgreSQL's own, for foreign keys
            continue
        if wanted is None:
            if table in guarded:
                yield Breach(table, f"its trigger {name} is of no migration")
        elif wanted != Trigger(fires, runs, arguments) or has_condition:
            yield Breach(table, f"its trigger {name} is not as the migrations made it")
    for table, name in sorted(missing):
        yield Breach(table, f"its trigger {name} is gone")


_FUNCTIONS = """
    select proname, prosrc, prosecdef, coalesce(proconfig, '{}')
    from pg_proc where pronamespace = 'public'::regnamespace and proname = any(%s)
"""


def _functions(walls: Walls, connection: BaseDatabaseWrapper) -> Iterator[Breach]:
    missing = set(walls.functions)
    for name, body, as_owner, settings in _rows(_FUNCTIONS, connection, [sorted(walls.functions)]):
        missing.discard(name)
        if walls.functions[name] != Function(body, as_owner, tuple(settings)):
            yield Breach(name, "this function is not as the migrations made it")
    for name in sorted(missing):
        yield Breach(name, "this function is gone")


_RULES = """
    select class.relname, rule.rulename from pg_rewrite rule
    join pg_class class on class.oid = rule.ev_class
    where class.relnamespace = 'public'::regnamespace and class.relkind in ('r', 'p') order by 1, 2
"""
# `alter role` and `alter database` leave their settings here.
_SETTINGS = """
    select coalesce(role.rolname, 'every role') from pg_db_role_setting
    left join pg_roles role on role.oid = setrole
    where exists (select 1 from unnest(setconfig) setting where setting like 'session_replication_role=%%')
"""


def _bypasses(connection: BaseDatabaseWrapper) -> Iterator[Breach]:
    """What makes a trigger that stands not be asked."""
    for table, name in _rows(_RULES, connection):
        yield Breach(table, f"the rule {name} stands before its triggers")
    for role in _rows(_SETTINGS, connection):
        yield Breach(role[0], "session_replication_role is set for it: its writes pass every trigger")
    for (value,) in _rows("select current_setting('session_replication_role')", connection):
        if value != "origin":
            yield Breach("the server", f"session_replication_role is {value}: writes pass every trigger")


def _rows(sql: str, connection: BaseDatabaseWrapper, parameters: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or [])
        found: list[Any] = cursor.fetchall()
        return found
