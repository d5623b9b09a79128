"""Whether a signer that took a claim still lives: each holds an advisory lock for as long as its connection does."""

from collections.abc import Iterable

from django.db import connection

# How PostgreSQL lists a lock taken by one bigint (pg_locks: objsubid 1, the key in two halves).
HELD = """
select (classid::bigint << 32) | objid::bigint from pg_locks
where locktype = 'advisory' and objsubid = 1 and granted
  and database = (select oid from pg_database where datname = current_database())
"""


def dead(claimers: Iterable[int]) -> frozenset[int]:
    """Those of `claimers` that hold their lock no longer: what they claimed and did not record is spent."""
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        alive = {key for (key,) in cursor.fetchall()}
    return frozenset(claimers) - alive
