from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as some

from chopmark.authority.ledger.errors import PostingUnbalanced, ReferenceBooked
from chopmark.authority.ledger.models import Entry, LedgerAccount, Leg
from chopmark.authority.ledger.postings import AccountCode, EntryKind, Posting, post
from chopmark.authority.ledger.services import check_books

NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
CASH, DEFERRED = AccountCode.CASH, AccountCode.DEFERRED_INCOME
A_PAYMENT = [Posting(CASH, 5000, "HKD"), Posting(DEFERRED, -5000, "HKD")]


def booked(reference="correction 1", postings=A_PAYMENT):
    return post(kind=EntryKind.CORRECTION, reference=reference, postings=postings, now=NOON)


def settle():
    """What the database says when a transaction commits, without committing."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def test_it_works(db, as_process):
    with as_process("web"):
        entry = booked()
        settle()

    assert sorted(leg.amount_minor for leg in entry.legs.all()) == [-5000, 5000]


def test_the_same_thing_is_not_booked_twice(db):
    booked()
    with pytest.raises(ReferenceBooked):
        booked()


@pytest.mark.parametrize(
    "postings",
    [
        [],
        [Posting(CASH, 5000, "HKD")],
        [Posting(CASH, 5000, "HKD"), Posting(DEFERRED, -4999, "HKD")],
        [Posting(CASH, 5000, "HKD"), Posting(DEFERRED, -5000, "MOP")],
        [Posting(CASH, 0, "HKD"), Posting(DEFERRED, 0, "HKD")],
    ],
)
def test_what_does_not_balance_is_refused(db, postings):
    with pytest.raises(PostingUnbalanced):
        booked(postings=postings)
    assert not Entry.objects.exists()


amounts = some.integers(-(10**12), 10**12).filter(bool)
currencies = some.sampled_from(["HKD", "MOP"])
accounts = some.sampled_from(list(AccountCode))


@some.composite
def balanced(draw) -> list[Posting]:
    """Any legs at all, and in each currency one that makes good the rest."""
    legs = draw(some.lists(some.builds(Posting, accounts, amounts, currencies), min_size=1, max_size=5))
    for currency in ("HKD", "MOP"):
        off = sum(leg.amount_minor for leg in legs if leg.currency == currency)
        if off:
            legs.append(Posting(draw(accounts), -off, currency))
    return legs


@tries(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=some.lists(balanced(), min_size=1, max_size=4))
def test_every_sequence_of_postings_balances(db, sequence):
    with transaction.atomic():
        for number, postings in enumerate(sequence):
            booked(f"entry {number}", postings)
        settle()

        balances = check_books().balances
        for currency in ("HKD", "MOP"):
            assert sum(amount for (_, of), amount in balances.items() if of == currency) == 0
        transaction.set_rollback(True)


@tries(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(postings=balanced(), place=some.integers(0, 99), off=amounts)
def test_a_leg_that_is_off_by_anything_does_not_commit(db, postings, place, off):
    """Straight into the tables: what the database itself refuses, whoever asks."""
    with pytest.raises(DatabaseError, match=r"does not balance|leg_moves_something"), transaction.atomic():
        entry = booked("entry", postings)
        leg = postings[place % len(postings)]
        Leg.objects.create(
            entry=entry,
            account=LedgerAccount.objects.get(code=leg.account, currency=leg.currency),
            amount_minor=off,
            currency=leg.currency,
        )
        settle()


def test_an_entry_without_legs_does_not_commit(db):
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        Entry.objects.create(kind=EntryKind.CORRECTION, reference="nothing", posted_at=NOON)
        settle()


def test_a_leg_is_in_the_currency_of_its_account(db):
    entry = booked()
    with pytest.raises(IntegrityError, match="currency of its account"), transaction.atomic():
        Leg.objects.create(
            entry=entry, account=LedgerAccount.objects.get(code=CASH), amount_minor=1, currency="MOP"
        )


@pytest.mark.parametrize("table", ["entry", "leg", "invoice", "invoiceline", "ledgeraccount", "payment"])
@pytest.mark.parametrize("role", ["chopmark_owner", "chopmark_web", "chopmark_worker"])
def test_the_books_are_never_truncated(db, table, role):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set local role {role}; truncate ledger_{table} cascade")


@pytest.mark.parametrize("statement", ["update ledger_{0} set id = id", "delete from ledger_{0}"])
@pytest.mark.parametrize("table", ["entry", "leg", "ledgeraccount"])
def test_what_is_booked_is_not_changed_even_by_the_owner(db, table, statement):
    booked()
    settle()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))
