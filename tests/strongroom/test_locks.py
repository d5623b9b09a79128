"""Nobody who holds a case or a record makes another's line about it wait: each would wait for the other's lock of the log."""

import psycopg
import pytest
from django.conf import settings
from django.db import transaction
from people import asha_applies

from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.services import cases

pytestmark = pytest.mark.django_db(transaction=True)


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
