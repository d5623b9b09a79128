"""How many openings a second a grant gives, each on disk before the answer: `pytest tests/strongroom/measure_bulk.py -s`.

Not collected with the others: it makes thousands of records and its figure is a measurement, not a claim.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.db import connection
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import ASHA, asha_applies

from chopmark.strongroom import clock, machine, vault
from chopmark.strongroom.client import Strongroom
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import Opening, Record

RECORDS = int(os.environ.get("MEASURE_RECORDS", "20000"))
IN_A_CALL = 500


@pytest.mark.django_db(transaction=True)
def test_openings_a_second_under_a_grant(monkeypatch):
    monkeypatch.setattr(machine, "close_old_connections", lambda: None)
    durable()
    officers_are_in()
    ids = make_records()
    now = clock.now()
    grant_id = grant(DEVI, FARAH, now=now, records=RECORDS, expires_at=now + timedelta(days=1))
    door = Strongroom(Path("/nonexistent"), transport=httpx.WSGITransport(app=machine.application))
    began = time.perf_counter()
    for at in range(0, RECORDS, IN_A_CALL):
        part = ids[at : at + IN_A_CALL]
        opened = door.open_batch(
            grant=grant_id, purpose="renewal", fields=["name", "email"], records=part, actor="worker"
        )
        assert all(opened[one] == {"name": ASHA.name, "email": ASHA.email} for one in part)
    spent = time.perf_counter() - began
    assert Opening.objects.count() == RECORDS
    signing.check()
    print(f"\n{RECORDS} openings in calls of {IN_A_CALL}: {RECORDS / spent:.0f}/s")  # noqa: T201  the figure is what it is for


def durable():
    with connection.cursor() as cursor:
        cursor.execute("set role postgres")
        cursor.execute("alter system set fsync = on")
        cursor.execute("alter system set full_page_writes = on")
        cursor.execute("alter system set synchronous_commit = on")
        cursor.execute("select pg_reload_conf()")
        time.sleep(1)
        cursor.execute("select name, setting from pg_settings where name in ('fsync', 'synchronous_commit')")
        assert {value for _, value in cursor.fetchall()} == {"on"}, "not measured on a durable database"
        cursor.execute("set role strongroom_owner")


def make_records():
    asha_applies(now=clock.now())
    whole = Record.objects.get()
    keys, fields = keyring(), ASHA.as_fields()
    made = []
    for _ in range(RECORDS):
        locked = vault.lock(fields, record_id=keys.draw_id(), kek=keys.kek, chances=keys.draw_chances())
        made.append(
            Record(
                id=locked.record_id,
                wrapped_key=locked.wrapped_key,
                ciphertext=locked.ciphertext,
                blind_index=whole.blind_index,
                form_digest=whole.form_digest,
                access_salt=whole.access_salt,
                access_verifier=whole.access_verifier,
                created_at=whole.created_at,
            )
        )
    Record.objects.bulk_create(made, batch_size=2000)
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return [record.pk for record in made]
