"""Booking an entry: checked here, so that the refusal has a name, and again by the database when it
commits.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction

from chopmark.authority.ledger.errors import PostingUnbalanced, ReferenceBooked
from chopmark.authority.ledger.models import AccountKind, Entry, LedgerAccount, Leg


class AccountCode(StrEnum):
    """The accounts of the books."""

    CARD = "card"
    CASH = "cash"
    CHEQUE = "cheque"
    DEFERRED_INCOME = "deferred_income"  # paid for and not yet earned: a debt of service
    FEE_INCOME = "fee_income"
    TRANSFER = "transfer"


KIND_OF = {
    AccountCode.CARD: AccountKind.ASSET,
    AccountCode.CASH: AccountKind.ASSET,
    AccountCode.CHEQUE: AccountKind.ASSET,
    AccountCode.DEFERRED_INCOME: AccountKind.LIABILITY,
    AccountCode.FEE_INCOME: AccountKind.INCOME,
    AccountCode.TRANSFER: AccountKind.ASSET,
}


class EntryKind(StrEnum):
    CORRECTION = "correction"
    PAYMENT = "payment"
    RECOGNITION = "recognition"
    REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Posting:
    """One leg to be: debit where positive, credit where negative."""

    account: AccountCode
    amount_minor: int
    currency: str


def require_balanced(postings: Sequence[Posting]) -> None:
    """At least two legs, none of nothing, and each currency sums to zero."""
    sums: Counter[str] = Counter()
    for posting in postings:
        sums[posting.currency] += posting.amount_minor
    if len(postings) < 2 or any(sums.values()) or not all(posting.amount_minor for posting in postings):
        raise PostingUnbalanced


@transaction.atomic
def post(*, kind: EntryKind, reference: str, postings: Sequence[Posting], now: datetime) -> Entry:
    """Book an entry, once for its reference. Belongs inside an act, which leaves the leaf."""
    require_balanced(postings)
    entry, fresh = Entry.objects.get_or_create(reference=reference, defaults={"kind": kind, "posted_at": now})
    if not fresh:
        raise ReferenceBooked(reference=reference)
    Leg.objects.bulk_create(
        Leg(
            entry=entry,
            account=_account(posting.account, posting.currency),
            amount_minor=posting.amount_minor,
            currency=posting.currency,
        )
        for posting in postings
    )
    return entry


def _account(code: AccountCode, currency: str) -> LedgerAccount:
    account, _ = LedgerAccount.objects.get_or_create(
        code=code, currency=currency, defaults={"kind": KIND_OF[code]}
    )
    return account
