from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from chopmark.authority.audit.models import Leaf
from chopmark.authority.kernel.models import Handover

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)


def test_it_works(db, as_process):
    with as_process("web"), connection.cursor() as cursor:
        cursor.execute("select current_user, (select count(*) from django_migrations)")
        assert cursor.fetchone()[0] == "chopmark_web"
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("chopmark_owner",)


def test_a_process_may_not_do_what_its_grants_do_not_say(db, as_process):
    with pytest.raises(ProgrammingError, match="permission denied"), as_process("responder"):
        Handover.objects.create(name="x", facts={}, handed_on_at=NOON, due_at=NOON)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("again", [1, 2])
def test_a_test_with_real_transactions_leaves_append_only_tables_empty(again):
    Leaf.objects.create(entry=b"x", leaf_hash=b"y" * 32)
    assert Leaf.objects.count() == 1
