"""Subscribers' numbers for a whole population: given, and read, many at a time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection

from chopmark.authority.kernel.copying import in_one


def subscribers_for(record_ids: Sequence[UUID], now: datetime) -> dict[UUID, str]:
    """The number of each record, given on first sight as `services.subscriber_for` gives one (C10)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into participants_subscriber (srn, record_id, created_at)"
            " select lpad(nextval('participants_srn')::text, 10, '0'), asked.record_id::uuid, %s"
            " from unnest(string_to_array(%s, ',')) with ordinality as asked (record_id, place)"
            " where not exists (select from participants_subscriber s where s.record_id = asked.record_id::uuid)"
            " order by asked.place on conflict (record_id) do nothing",
            [now, in_one(record_ids)],
        )
    return srns_of(record_ids)


def srns_of(record_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The numbers that these records have; a record without one is not in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select record_id, srn from participants_subscriber"
            " where record_id = any(string_to_array(%s, ',')::uuid[])",
            [in_one(record_ids)],
        )
        return dict(cursor.fetchall())
