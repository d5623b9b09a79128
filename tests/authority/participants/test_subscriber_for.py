from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from chopmark.authority.participants.models import Subscriber
from chopmark.authority.participants.services import subscriber_for

NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
RECORD, ANOTHER = UUID(int=1), UUID(int=2)


def test_it_works(db, as_process):
    with as_process("worker"):
        subscriber = subscriber_for(RECORD, NOON)

    assert len(subscriber.srn) == 10
    assert subscriber.srn.isdigit()
    assert subscriber.record_id == RECORD


def test_a_record_keeps_its_number_and_another_gets_another(db):
    first, again, other = (subscriber_for(record, NOON) for record in (RECORD, RECORD, ANOTHER))

    assert first.srn == again.srn
    assert first.srn != other.srn


def test_a_number_taken_by_a_transaction_that_failed_is_not_given_again(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        lost = subscriber_for(RECORD, NOON).srn
        raise ZeroDivisionError

    assert subscriber_for(ANOTHER, NOON).srn != lost


@pytest.mark.parametrize("change", ["update", "delete"])
def test_a_number_is_neither_changed_nor_freed(db, change):
    subscriber = subscriber_for(RECORD, NOON)
    rows = Subscriber.objects.filter(pk=subscriber.pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        rows.update(record_id=ANOTHER) if change == "update" else rows.delete()


@pytest.mark.parametrize("srn", ["123456789", "12345678901"[:10] + "x", "00000 0001", "abcdefghij"])
def test_the_database_takes_ten_digits_only(db, srn):
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        Subscriber.objects.create(srn=srn, record_id=RECORD, created_at=NOON)
