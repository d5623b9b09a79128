"""The owner's own database: a wall that somebody took down is named by a verb of hers."""

import pytest
from django.db import connection

from chopmark.strongroom import walls


def as_superuser(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local role postgres")
        cursor.execute(statement)
        cursor.execute("set local role strongroom_owner")


def found() -> list[str]:
    expected = walls.of_migrations("chopmark.strongroom")
    return [f"{breach.about}: {breach.sentence}" for breach in walls.breaches(expected, connection)]


def test_it_works(strongroom):
    assert found() == []


@pytest.mark.parametrize("table", ["strongroom_leaf", "strongroom_opening", "strongroom_receipt"])
def test_a_trigger_that_is_off_is_named(db, as_process, table):
    as_superuser(f"alter table {table} disable trigger {table}_rows_stay")
    with as_process("strongroom_auditor"):
        assert found() == [f"{table}: its trigger {table}_rows_stay is switched off"]
