from django.db import connection


def test_it_works(db, as_process):
    with as_process("strongroom"), connection.cursor() as cursor:
        cursor.execute("select current_user, current_database()")
        assert cursor.fetchone()[0] == "strongroom"
