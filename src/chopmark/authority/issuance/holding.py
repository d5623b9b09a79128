"""Who waits for whom, until a transaction ends. Key, in each case, is what the rows are about; rows are not locked."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from django.db import connection


def hold_application(reference: str) -> None:
    """One worker at a time intends a certificate for an application."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"intent {reference}"])


def hold_claims_of(claimer: int) -> None:
    """A signer records what it claimed, or the worker says that it is dead; never both."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"claims {claimer}"])


def hold_chunk(campaign_id: int, number: int) -> None:
    """One worker at a time names or intends a chunk."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"chunk {campaign_id} {number}"]
        )


def hold_claiming() -> None:
    """One signer at a time looks whether a number or a line is used already, and takes it."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", ["claiming"])


def trying_chunk(chunk_id: int) -> AbstractContextManager[bool]:
    return trying(f"signing {chunk_id}")


@contextmanager
def trying(what: str) -> Iterator[bool]:
    """Whether this signer is the one that looks at something now; the lock goes with the connection that dies."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(hashtextextended(%s, 0))", [what])
        (mine,) = cursor.fetchone()
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(hashtextextended(%s, 0))", [what])
