"""Reading the whole books against themselves: the ledger's own oracle."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from chopmark.authority.ledger.errors import BooksDoNotBalance
from chopmark.authority.ledger.models import Entry, Invoice, InvoiceLine, Leg, Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What sound books say: how much there is of each, and what each account stands at, by (account,
    currency).
    """

    entries: int
    invoices: int
    payments: int
    balances: Mapping[tuple[str, str], int]


def check_books() -> Books:
    """The books, if they balance in every way we know of; `BooksDoNotBalance` names the first
    contradiction.
    """
    _check_entries()
    _check_invoices()
    _check_payments()
    return Books(
        entries=Entry.objects.count(),
        invoices=Invoice.objects.count(),
        payments=Payment.objects.count(),
        balances={
            (row["account__code"], row["currency"]): row["balance"]
            for row in Leg.objects.values("account__code", "currency")
            .annotate(balance=Sum("amount_minor"))
            .order_by()
        },
    )


def _check_entries() -> None:
    uneven = (
        Leg.objects.values("entry_id", "currency").annotate(off=Sum("amount_minor")).exclude(off=0).order_by()
    )
    for row in uneven[:1]:
        raise BooksDoNotBalance(fault="entry_uneven", entry=row["entry_id"])
    for entry in Entry.objects.annotate(count=Count("legs")).filter(count__lt=2)[:1]:
        raise BooksDoNotBalance(fault="entry_without_legs", entry=entry.pk)
    for leg in Leg.objects.exclude(currency=F("account__currency"))[:1]:
        raise BooksDoNotBalance(fault="leg_in_wrong_currency", entry=leg.entry_id)


def _check_invoices() -> None:
    lines = InvoiceLine.objects.filter(invoice=OuterRef("pk")).order_by().values("invoice")
    total = Coalesce(Subquery(lines.annotate(total=Sum("amount_minor")).values("total")), 0)
    for invoice in Invoice.objects.annotate(of_lines=total).exclude(total_minor=F("of_lines"))[:1]:
        raise BooksDoNotBalance(fault="invoice_total", invoice=invoice.pk)


def _check_payments() -> None:
    debits = Leg.objects.filter(entry=OuterRef("entry"), amount_minor__gt=0).order_by().values("entry")
    booked = Coalesce(Subquery(debits.annotate(total=Sum("amount_minor")).values("total")), 0)
    whole = Q(amount_minor=F("invoice__total_minor")) & Q(amount_minor=F("booked"))
    for payment in Payment.objects.annotate(booked=booked).exclude(whole)[:1]:
        raise BooksDoNotBalance(fault="payment_differs", invoice=payment.invoice_id)
    booked_payments = Entry.objects.filter(kind="payment").count()
    count = Payment.objects.count()
    if booked_payments != count:
        raise BooksDoNotBalance(fault="payment_without_receipt", entries=booked_payments, receipts=count)
    if (Payment.objects.aggregate(last=Max("receipt_sequence"))["last"] or 0) != count:
        raise BooksDoNotBalance(fault="receipt_missing", receipts=count)
