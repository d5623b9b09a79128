"""Raising an invoice, and taking the payment for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.selectors import PricedLine
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.ledger.books import Books, check_books
from chopmark.authority.ledger.errors import (
    InvoiceAlreadyPaid,
    InvoiceDiffers,
    InvoiceUnknown,
    NothingToPay,
)
from chopmark.authority.ledger.models import Invoice, InvoiceLine, Payment, PaymentMethod
from chopmark.authority.ledger.postings import AccountCode, EntryKind, Posting, post
from chopmark.authority.ledger.selectors import invoice_of, is_paid, payment_of
from chopmark.authority.participants import selectors as participants
from chopmark.authority.participants.permissions import Permission

__all__ = [
    "Books",
    "Receipt",
    "check_books",
    "invoice_application",
    "invoice_of",
    "is_paid",
    "post",
    "receipt_of",
    "take_payment",
]

# Any number, held by nobody else: receipts are numbered one at a time, so that a missing number means a
# missing receipt.
RECEIPTS_LOCK = 0x6C656467


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the payer is handed."""

    number: str
    invoice_id: int
    reference: str
    amount_minor: int
    currency: str
    method: str
    outlet: str | None
    taken_at: datetime


@transaction.atomic
def invoice_application(
    *, reference: str, lines: Sequence[str | PricedLine], actor: Actor, now: datetime
) -> Invoice:
    """Write down what an application costs, by the tariff of this moment; asked again with the same lines, the
    same invoice.

    Belongs inside the act that submits the application, which leaves the leaf. No lines, or lines of nothing: a
    zero invoice, which counts as paid. The payer is the applicant; her login is the reference where nobody else is.
    """
    priced = [line if isinstance(line, PricedLine) else catalogue.price(line, now) for line in lines]
    invoice, fresh = Invoice.objects.get_or_create(
        reference=reference,
        defaults={
            "payer": actor.id if actor.kind is ActorKind.APPLICANT else reference,
            "currency": priced[0].currency if priced else "",
            "total_minor": sum(line.amount_minor for line in priced),
            "raised_at": now,
        },
    )
    if fresh:
        InvoiceLine.objects.bulk_create(_line(invoice, place, line) for place, line in enumerate(priced, 1))
    elif [(row.line, row.amount_minor) for row in invoice.lines.order_by("position")] != [
        (p.code, p.amount_minor) for p in priced
    ]:
        raise InvoiceDiffers(reference=reference)
    return invoice


def _line(invoice: Invoice, position: int, line: PricedLine) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=position,
        line=line.code,
        amount_minor=line.amount_minor,
        months=line.months,
        promotion=line.promotion,
    )


@act(AuditTag.PAYMENT_TAKEN)
def take_payment(
    *, invoice_id: int, method: PaymentMethod, outlet: str | None, actor: Actor, now: datetime
) -> Receipt:
    """Take the whole of an invoice, once, at an open counter or in the portal (CPS 9.1); answers the
    receipt.
    """
    # 1. Whoever takes it may, here and now.
    _require_may_take(outlet, actor, now)

    # 2. The invoice is there, is for something, and is not paid. The lock also numbers the receipts; it holds
    # until commit.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [RECEIPTS_LOCK])
    invoice = _payable(invoice_id)

    # 3. The entry: money in, service owed. What is earned of it later is another entry.
    entry = post(
        kind=EntryKind.PAYMENT,
        reference=f"payment {invoice.reference}",
        postings=[
            Posting(AccountCode(str(method)), invoice.total_minor, invoice.currency),
            Posting(AccountCode.DEFERRED_INCOME, -invoice.total_minor, invoice.currency),
        ],
        now=now,
    )

    # 4. The receipt and its leaf.
    payment = Payment.objects.create(
        receipt_sequence=(Payment.objects.aggregate(last=Max("receipt_sequence"))["last"] or 0) + 1,
        invoice=invoice,
        entry=entry,
        method=method,
        amount_minor=invoice.total_minor,
        outlet=outlet or "",
        taken_by=actor.id,
        taken_at=now,
    )
    leave(
        public={"amount_minor": payment.amount_minor, "currency": invoice.currency},
        payload={
            "actor": actor.id,
            "application": invoice.reference,
            "receipt": payment.receipt_number,
            "method": method,
        },
        now=now,
        outlet=outlet,
        rows=[entry, *entry.legs.all(), payment],
    )
    return _receipt(payment)


def _require_may_take(outlet: str | None, actor: Actor, now: datetime) -> None:
    if outlet is None:
        participants.require_permission(actor, Permission.PORTAL_PAYMENT_MAKE)
        return
    participants.require_permission(actor, Permission.COUNTER_PAYMENT_TAKE)
    participants.require_contract_in_force(actor, now)
    participants.require_outlet_open(outlet, now)


def _payable(invoice_id: int) -> Invoice:
    invoice = Invoice.objects.filter(pk=invoice_id).first()
    if invoice is None:
        raise InvoiceUnknown
    if Payment.objects.filter(invoice=invoice).exists():
        raise InvoiceAlreadyPaid(reference=invoice.reference)
    if invoice.total_minor == 0:
        raise NothingToPay(reference=invoice.reference)
    return invoice


def receipt_of(reference: str) -> Receipt | None:
    """The receipt for an application's payment, to print again."""
    payment = payment_of(reference)
    return _receipt(payment) if payment is not None else None


def _receipt(payment: Payment) -> Receipt:
    invoice = payment.invoice
    return Receipt(
        number=payment.receipt_number,
        invoice_id=invoice.pk,
        reference=invoice.reference,
        amount_minor=payment.amount_minor,
        currency=invoice.currency,
        method=payment.method,
        outlet=payment.outlet or None,
        taken_at=payment.taken_at,
    )
