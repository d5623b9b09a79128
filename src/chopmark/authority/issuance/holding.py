"""Who waits for whom, until a transaction ends. Key, in each case, is what the rows are about; rows are not locked."""

from django.db import connection


def hold_application(reference: str) -> None:
    """One worker at a time intends a certificate for an application."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"intent {reference}"])


def hold_claims_of(claimer: int) -> None:
    """A signer records what it claimed, or the worker says that it is dead; never both."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"claims {claimer}"])
