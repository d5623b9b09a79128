"""The stage itself: the process signs in as nobody but itself, and every table has a row in the grants."""

from django.db import connection

from chopmark.config.database import tables_of, tables_without_a_row
from chopmark.config.strongroom_plan import PLAN


def test_it_works(db, as_process):
    with as_process("strongroom"), connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone()[0] == "strongroom"


def test_every_table_has_a_row_in_the_grants(db):
    connection.ensure_connection()
    assert tables_without_a_row(PLAN, tables_of(connection.connection)) == set()
