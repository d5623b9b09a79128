"""Books that were tampered with from below the product are found out."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from chopmark.authority.ledger.errors import BooksDoNotBalance
from chopmark.authority.ledger.models import PaymentMethod
from chopmark.authority.ledger.services import check_books, invoice_application, take_payment

NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)


@pytest.fixture
def books(db, lee):
    for number in (1, 2):
        invoice = invoice_application(
            reference=f"AP26110000{number}", lines=["personal-1y"], actor=lee, now=NOON
        )
        take_payment(invoice_id=invoice.pk, method=PaymentMethod.CASH, outlet="TST", actor=lee, now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def tamper(statement):
    """As a superuser who puts the triggers to sleep."""
    with connection.cursor() as cursor:
        cursor.execute("set local role postgres; set local session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("set local session_replication_role = origin; set local role chopmark_owner")


def test_it_works(books):
    sound = check_books()

    assert (sound.entries, sound.invoices, sound.payments) == (2, 2, 2)
    assert sum(sound.balances.values()) == 0


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("update ledger_leg set amount_minor = 4000 where amount_minor = 5000", "entry_uneven"),
        ("delete from ledger_leg", "entry_without_legs"),
        ("update ledger_leg set currency = 'MOP'", "leg_in_wrong_currency"),
        ("update ledger_invoice set total_minor = 1", "invoice_total"),
        ("delete from ledger_invoiceline", "invoice_total"),
        ("update ledger_payment set amount_minor = 4999", "payment_differs"),
        ("update ledger_leg set amount_minor = amount_minor * 2", "payment_differs"),
        ("delete from ledger_payment where receipt_sequence = 1", "payment_without_receipt"),
        ("update ledger_payment set receipt_sequence = 7 where receipt_sequence = 1", "receipt_missing"),
    ],
)
def test_each_contradiction_is_named(books, statement, fault):
    tamper(statement)

    with pytest.raises(BooksDoNotBalance) as found:
        check_books()
    assert found.value.details["fault"] == fault


def test_empty_books_are_sound(db):
    assert check_books().balances == {}
