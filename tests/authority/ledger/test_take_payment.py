from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from chopmark.authority.audit.models import Leaf
from chopmark.authority.kernel.actors import ANONYMOUS, Actor, ActorKind
from chopmark.authority.ledger.errors import (
    InvoiceAlreadyPaid,
    InvoiceDiffers,
    InvoiceUnknown,
    NothingToPay,
)
from chopmark.authority.ledger.models import Entry, Payment, PaymentMethod
from chopmark.authority.ledger.services import (
    check_books,
    invoice_application,
    invoice_of,
    is_paid,
    receipt_of,
    take_payment,
)
from chopmark.authority.participants.errors import ContractNotInForce, OutletClosed, PermissionMissing

pytestmark = pytest.mark.usefixtures("sound_books")

NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
MIDNIGHT = NOON + timedelta(hours=14)
AP1, AP2 = "AP261100001", "AP261100002"


def invoiced(reference=AP1, lines=("personal-1y",)):
    return invoice_application(reference=reference, lines=lines, actor=ANONYMOUS, now=NOON)


def pay(invoice, actor, *, outlet="TST", now=NOON, method=PaymentMethod.CASH):
    return take_payment(invoice_id=invoice.pk, method=method, outlet=outlet, actor=actor, now=now)


def test_it_works(lee, as_process):
    with as_process("web"):
        receipt = pay(invoiced(), lee)

    assert (receipt.number, receipt.amount_minor, receipt.currency) == ("R-000001", 5000, "HKD")
    assert is_paid(AP1)
    assert receipt_of(AP1) == receipt
    assert check_books().balances == {("cash", "HKD"): 5000, ("deferred_income", "HKD"): -5000}
    assert b'"amount_minor":5000' in bytes(Leaf.objects.latest("pk").entry)


def test_a_reference_without_an_invoice_is_not_paid():
    assert not is_paid(AP1)


def test_an_invoice_is_not_paid_before_it_is():
    invoiced()

    assert not is_paid(AP1)
    assert receipt_of(AP1) is None


def test_an_invoice_is_paid_once(lee):
    invoice = invoiced()
    pay(invoice, lee)

    with pytest.raises(InvoiceAlreadyPaid):
        pay(invoice, lee)
    assert Entry.objects.count() == Payment.objects.count() == 1


def test_receipts_are_numbered_without_gaps(lee):
    first, second = invoiced(AP1), invoiced(AP2)
    pay(first, lee)
    with pytest.raises(InvoiceAlreadyPaid):
        pay(first, lee)

    assert pay(second, lee).number == "R-000002"


@pytest.mark.parametrize("lines", [(), ("smart-id-first-1y",)])
def test_what_is_free_counts_as_paid_and_books_nothing(lee, lines):
    invoice = invoiced(lines=lines)

    assert is_paid(AP1)
    assert not Entry.objects.exists()
    with pytest.raises(NothingToPay):
        pay(invoice, lee)


def test_the_invoice_keeps_the_price_of_its_day():
    in_promotion = datetime(2026, 6, 30, 2, 42, tzinfo=UTC)
    invoice = invoice_application(
        reference=AP1, lines=["personal-1y", "medium-usb"], actor=ANONYMOUS, now=in_promotion
    )

    assert [(row.line, row.amount_minor, row.promotion) for row in invoice.lines.order_by("position")] == [
        ("personal-1y", 4800, True),
        ("medium-usb", 4000, False),
    ]
    assert invoice_of(AP1).total_minor == 8800


def test_asked_twice_there_is_one_invoice_and_never_a_different_one():
    assert invoiced().pk == invoiced().pk
    with pytest.raises(InvoiceDiffers):
        invoiced(lines=["personal-1y", "medium-usb"])


def test_an_applicant_pays_in_the_portal_at_any_hour_and_not_at_a_counter(applicant):
    invoice = invoiced()

    with pytest.raises(PermissionMissing):
        pay(invoice, applicant, outlet="TST")
    assert pay(invoice, applicant, outlet=None, now=MIDNIGHT, method=PaymentMethod.CARD).outlet is None


def test_a_closed_counter_takes_nothing(lee):
    with pytest.raises(OutletClosed):
        pay(invoiced(), lee, now=MIDNIGHT)
    assert not is_paid(AP1)


def test_nothing_is_taken_outside_the_contract(lee):
    with pytest.raises(ContractNotInForce):
        pay(invoiced(), lee, now=datetime(2031, 4, 1, 2, 42, tzinfo=UTC))


def test_an_officer_without_leave_takes_nothing():
    nobody = Actor(kind=ActorKind.OFFICER, id="20588", outlet="TST")
    with pytest.raises(PermissionMissing):
        pay(invoiced(), nobody)
    assert b'"refused":"permission_missing"' in bytes(Leaf.objects.latest("pk").entry)


def test_an_invoice_that_is_not_there_is_not_paid(lee):
    with pytest.raises(InvoiceUnknown):
        take_payment(invoice_id=999, method=PaymentMethod.CASH, outlet="TST", actor=lee, now=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_counters_at_the_same_moment_take_one_payment(lee):
    invoice = invoiced()

    def try_to_pay(_):
        try:
            return pay(invoice, lee).number
        except InvoiceAlreadyPaid:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as counters:
        outcomes = sorted(counters.map(try_to_pay, range(2)))

    assert outcomes == ["R-000001", "refused"]
    assert check_books().payments == 1
