"""Who waits for whom among those that make lists."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from chopmark.authority.publication.selectors import numbered_with


@contextmanager
def trying_sequence(issuer_id: int, shard: int) -> Iterator[bool]:
    """Whether this signer is the one that signs in a sequence of numbers now; the lock goes with the connection that dies."""
    named = f"list {issuer_id} {min(numbered_with(shard))}"
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [named])
        (mine,) = cursor.fetchone()
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [named])
