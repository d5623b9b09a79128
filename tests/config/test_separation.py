"""A superuser who takes a wall down is named by the audit, for as long as it is down."""

import pytest
from django.db import connection

from chopmark.config.audit.separation import check_separation
from chopmark.strongroom import walls

LEAF = "audit_leaf"
SWALLOWS = (
    "create or replace function chopmark_append_only() returns trigger language plpgsql as "
    "$$ begin return new; end $$"
)


def as_superuser(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local role postgres")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("set local role chopmark_owner")


def found() -> list[str]:
    return [str(fault) for fault in check_separation()]


@pytest.fixture(autouse=True)
def as_the_auditor(db, as_process):
    """The audit reads the catalogue as its own role: it needs no superuser."""


def test_it_works(as_process):
    with as_process("auditor"):
        assert found() == []


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            f"alter table {LEAF} disable trigger audit_leaf_rows_stay",
            f"{LEAF}: its trigger audit_leaf_rows_stay is switched off",
        ),
        (
            f"alter table {LEAF} enable replica trigger audit_leaf_stays",
            f"{LEAF}: its trigger audit_leaf_stays is switched off",
        ),
        (
            f"drop trigger audit_leaf_stays on {LEAF}",
            f"{LEAF}: its trigger audit_leaf_stays is gone",
        ),
        (SWALLOWS, "chopmark_append_only: this function is not as the migrations made it"),
        (
            "alter function chopmark_append_only() set session_replication_role = replica",
            "chopmark_append_only: this function is not as the migrations made it",
        ),
        (
            "alter function chopmark_note_status_change() security invoker",
            "chopmark_note_status_change: this function is not as the migrations made it",
        ),
        (
            "alter function chopmark_note_status_change() set search_path = pg_temp, public",
            "chopmark_note_status_change: this function is not as the migrations made it",
        ),
        (
            "alter role chopmark_web set session_replication_role = replica",
            "chopmark_web: session_replication_role is set for it: its writes pass every trigger",
        ),
        (
            "set local session_replication_role = replica",
            "the server: session_replication_role is replica: writes pass every trigger",
        ),
        (
            f"create rule lose as on insert to {LEAF} do instead nothing",
            f"{LEAF}: the rule lose stands before its triggers",
        ),
        (
            f"create trigger another before insert on {LEAF} execute function chopmark_append_only()",
            f"{LEAF}: its trigger another is of no migration",
        ),
        (
            f"grant update (entry) on {LEAF} to chopmark_web",
            f"{LEAF}: chopmark_web may UPDATE, and the grants do not say so",
        ),
        (f"grant select on {LEAF} to public", f"{LEAF}: public may SELECT, and the grants do not say so"),
        (f"alter table {LEAF} owner to chopmark_web", f"{LEAF}: it belongs to chopmark_web"),
        ("alter role chopmark_web bypassrls", "chopmark_web: it has a power over the whole cluster"),
        ("grant chopmark_owner to chopmark_web", "chopmark_web: it may become chopmark_owner"),
    ],
)
def test_what_a_superuser_takes_down_is_named(as_process, statement, sentence):
    as_superuser(statement)
    with as_process("auditor"):
        assert f"separation: {sentence}" in found()


def test_a_trigger_under_the_same_name_that_does_less_is_named(as_process):
    as_superuser(
        f"drop trigger audit_leaf_rows_stay on {LEAF}",
        f"create trigger audit_leaf_rows_stay before update on {LEAF} for each row "
        "execute function chopmark_append_only()",
    )
    with as_process("auditor"):
        assert found() == [
            f"separation: {LEAF}: its trigger audit_leaf_rows_stay is not as the migrations made it"
        ]


def test_a_condition_that_is_never_true_is_named(as_process):
    as_superuser(
        f"drop trigger audit_leaf_rows_stay on {LEAF}",
        f"create trigger audit_leaf_rows_stay before update or delete on {LEAF} for each row "
        "when (false) execute function chopmark_append_only()",
    )
    with as_process("auditor"):
        assert (
            f"separation: {LEAF}: its trigger audit_leaf_rows_stay is not as the migrations made it"
            in found()
        )


def test_every_trigger_of_the_migrations_is_known():
    """What is read from the text is what the database has, one for one: nothing was missed by the reading."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select tgrelid::regclass::text, tgname from pg_trigger
               where not tgisinternal and tgrelid::regclass::text not like 'procrastinate%'"""
        )
        assert set(walls.of_migrations("chopmark.authority").triggers) == set(cursor.fetchall())


def test_what_a_later_migration_drops_is_not_missed():
    made = "create trigger stays before truncate on leaf for each statement execute function refuse();"
    function = "create function refuse() returns trigger language plpgsql as $$ begin end $$;"
    assert (
        walls.read([made, function, "drop trigger stays on leaf", "drop function refuse()"]) == walls.Walls()
    )
