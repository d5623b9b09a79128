"""Who waits for whom: openings go on while a key is made, a form is sent, a head is signed, a record is held."""

import re

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import ASHA, LATER, NOW, WORKER, asha_applies, asked

from chopmark.strongroom import locks
from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import bulk, cases, openings
from chopmark.strongroom.services.bulk import Batch

ALL = {name: value for name, value in vars(locks).items() if name.isupper() and not name.startswith("_")}
HELD = {
    "a key is made": "select pg_advisory_xact_lock({}, {})".format(*locks.KEYS),
    "a form is sent": "select pg_advisory_xact_lock_shared({}, {})".format(*locks.KEYS),
    "a head is signed": "select pg_advisory_xact_lock({}, {})".format(*locks.SIGNING),
    "a record is held, or moved to another key": "select id from strongroom_record for no key update",
    "a grant is used": "select id from strongroom_ownergrant for no key update",
}


def test_no_two_purposes_share_a_number():
    assert len(set(ALL.values())) == len(ALL)
    firsts = {value for value in ALL.values() if isinstance(value, int)}
    assert not firsts & {value[0] for value in ALL.values() if isinstance(value, tuple)}


@pytest.fixture
def held():
    """Another transaction, which holds something until the test is over; whoever waits for it waits in vain."""
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("set lock_timeout = '1s'")
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sql", HELD.values(), ids=HELD.keys())
def test_an_opening_goes_on_while(held, sql):
    applied = asha_applies()
    officers_are_in()
    grant(DEVI, FARAH)
    held.cursor().execute(sql)
    opened = openings.open_fields(
        asked=asked(applied.case_id, "name"), keys=keyring(), actor=WORKER, now=LATER
    )
    assert opened == {"name": ASHA.name}


@pytest.mark.django_db(transaction=True)
def test_what_an_opening_looks_at_in_the_end_is_held_so_that_it_need_not_wait():
    """The verbs hold records, cases, grants and officers by `no key` locks, which a foreign key's look does not wait for."""
    said = []

    def listen(execute, sql, params, many, context):
        said.append(sql.lower())
        return execute(sql, params, many, context)

    applied = asha_applies()
    officers_are_in()
    with connection.execute_wrapper(listen):
        grant_id = grant(DEVI, FARAH)
        batch = Batch(
            grant_id=grant_id,
            purpose="renewal",
            fields=frozenset({"name"}),
            caller="authority",
            records=(applied.record_id,),
        )
        bulk.open_many(batch=batch, keys=keyring(), actor=WORKER, now=LATER)
        openings.open_fields(asked=asked(applied.case_id, "name"), keys=keyring(), actor=WORKER, now=LATER)
    locking = [sql for sql in said if " for update" in sql or "no key update" in sql]
    assert len(locking) >= 3
    assert not [sql for sql in locking if " for update" in sql]


def another_connection() -> psycopg.Connection:
    given = settings.DATABASES["default"]
    return psycopg.connect(
        dbname=given["NAME"],
        user=given["USER"],
        password=given["PASSWORD"],
        host=given["HOST"],
        port=given["PORT"] or None,
        options="-c lock_timeout=300ms",
    )


@pytest.mark.django_db(transaction=True)
def test_a_line_that_names_a_held_case_and_record_is_written_at_once():
    """Found by the thief: asking to release again and again, he made the subject's own withdrawal fail."""
    case_id = asha_applies().case_id
    record_id = Case.objects.get(pk=case_id).record_id
    with transaction.atomic(), another_connection() as other:
        cases.hold(case_id)
        cases.hold_record(record_id)
        # What the database does for a foreign key of a row that is written.
        for model, key in ((Case, case_id), (Record, record_id)):
            query = f"select id from {model._meta.db_table} where id = %s for key share"
            assert other.execute(query, [key]).fetchone() == (key,)


@pytest.mark.django_db(transaction=True)
def test_a_held_case_and_record_are_held_against_whoever_would_hold_them_too():
    case_id = asha_applies().case_id
    record_id = Case.objects.get(pk=case_id).record_id
    with transaction.atomic():
        cases.hold(case_id)
        cases.hold_record(record_id)
        for model, key in ((Case, case_id), (Record, record_id)):
            query = f"select id from {model._meta.db_table} where id = %s for no key update"
            with another_connection() as other, pytest.raises(psycopg.errors.LockNotAvailable):
                other.execute(query, [key])


@pytest.mark.django_db(transaction=True)
def test_a_record_that_expires_is_held_before_its_case_as_everywhere():
    """The authority may ask for the same case's notices meanwhile: in another order each would wait for the other."""
    said = []

    def listen(execute, sql, params, many, context):
        if "no key update" in sql.lower():
            said.append(re.search(r'from "(\w+)"', sql, re.IGNORECASE)[1])
        return execute(sql, params, many, context)

    asha_applies()
    with connection.execute_wrapper(listen):
        cases.expire_unconfirmed(actor=CLOCK, now=NOW + terms().case.unconfirmed_for)
    assert said == ["strongroom_record", "strongroom_case"]
