"""Accounts, entries and their legs; invoices, payments and receipts, in cents. The database refuses what does
not balance, and any change.
"""

from django.db import models
from django.db.models import Q


class AccountKind(models.TextChoices):
    ASSET = "asset"
    LIABILITY = "liability"
    EQUITY = "equity"
    INCOME = "income"
    EXPENSE = "expense"


class LedgerAccount(models.Model):
    """One row: one account of the books in one currency; legs are debits where positive, credits where
    negative.
    """

    code = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "currency"], name="ledger_account_once"),
            models.CheckConstraint(
                name="ledger_account_kind_known", condition=Q(kind__in=AccountKind.values)
            ),
        ]


class Entry(models.Model):
    """One row: something that happened to money, once; its reference says what."""

    kind = models.CharField(max_length=16)
    reference = models.CharField(max_length=64, unique=True)
    posted_at = models.DateTimeField()


class Leg(models.Model):
    """One row: what an entry does to one account. The legs of an entry sum to zero, or the transaction does
    not commit.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="legs")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [models.CheckConstraint(name="leg_moves_something", condition=~Q(amount_minor=0))]


class Invoice(models.Model):
    """One row: what one application costs, by the tariff of the day it was submitted."""

    reference = models.CharField(max_length=16, unique=True)
    payer = models.CharField(max_length=32)  # a login's number, never a name
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="invoice_not_negative", condition=Q(total_minor__gte=0))]


class InvoiceLine(models.Model):
    """One row: one tariff line on an invoice, at its price of that day."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.SmallIntegerField()
    line = models.CharField(max_length=48)
    amount_minor = models.BigIntegerField()
    months = models.SmallIntegerField()  # of service paid for, over which the income is earned
    promotion = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="invoice_line_once"),
            models.CheckConstraint(name="invoice_line_not_negative", condition=Q(amount_minor__gte=0)),
        ]


class PaymentMethod(models.TextChoices):
    CARD = "card"
    CASH = "cash"
    CHEQUE = "cheque"
    TRANSFER = "transfer"


class Payment(models.Model):
    """One row: an invoice was paid, whole and once; the row is also the receipt, numbered without gaps."""

    receipt_sequence = models.IntegerField(unique=True)
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="payment")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=16)
    amount_minor = models.BigIntegerField()
    outlet = models.CharField(max_length=16, blank=True, default="")
    taken_by = models.CharField(max_length=32)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_method_known", condition=Q(method__in=PaymentMethod.values)),
            models.CheckConstraint(name="payment_of_something", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="receipts_begin_at_one", condition=Q(receipt_sequence__gte=1)),
        ]

    @property
    def receipt_number(self) -> str:
        return f"R-{self.receipt_sequence:06d}"
