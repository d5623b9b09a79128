import pytest
from django.db import DatabaseError, connection
from people import NOW, asha_applies

from chopmark.strongroom.grants import GRANTS
from chopmark.strongroom.log.models import LogCosignature, WitnessRefusal
from chopmark.strongroom.policy.models import Alert

TABLES = ["strongroom_leaf", "strongroom_receipt", "strongroom_logcosignature", "strongroom_witnessrefusal"]


def test_it_works(db):
    asha_applies()
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from strongroom_leaf")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["delete from {}", "truncate {} cascade", "update {} set {key} = {key}"])
def test_even_the_owner_cannot_change_a_line(db, table, verb):
    asha_applies()
    LogCosignature.objects.create(size=1, witness="w", line="x", received_at=NOW)
    alert = Alert.objects.create(leaf_id=1, pattern="p", asker="w", purpose="", count=1, raised_at=NOW)
    WitnessRefusal.objects.create(alert=alert, witness="w", after_size=1, code="status_409")
    with (
        pytest.raises(DatabaseError, match="append-only"),
        connection.cursor() as cursor,
    ):
        cursor.execute("set constraints all immediate")
        cursor.execute(verb.format(table, key="witness" if table not in TABLES[:2] else "id"))


def test_every_table_is_somebodys(db):
    with connection.cursor() as cursor:
        cursor.execute("select tablename, tableowner from pg_tables where schemaname = 'public'")
        tables = dict(cursor.fetchall())
    assert set(tables.values()) == {"strongroom_owner"}
    assert GRANTS["strongroom"].keys() <= tables.keys()
    # Django's own groups and permissions are nobody's: officers have neither.
    assert tables.keys() - GRANTS["strongroom"].keys() == {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
    }


def test_the_auditor_reads_no_record_no_session_and_no_device():
    may = GRANTS["strongroom_auditor"]
    assert not may.keys() & {
        "strongroom_record",
        "strongroom_receipt",
        "django_session",
        "otp_totp_totpdevice",
    }
    assert all(verbs == {"select"} for verbs in may.values())
