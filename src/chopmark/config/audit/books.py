"""The books: every entry sums to zero, and nothing was approved unpaid."""

from collections.abc import Iterator

from chopmark.config.audit.fault import Fault, rows

UNBALANCED = (
    "select entry_id, currency, sum(amount_minor) from ledger_leg group by 1, 2 having sum(amount_minor) <> 0"
)
UNPAID = """
    select application.reference from applications_application application
    join ledger_invoice invoice on invoice.reference = application.reference
    left join ledger_payment payment on payment.invoice_id = invoice.id
    where application.state in ('approved', 'issued') and invoice.total_minor > 0 and payment.id is null
"""
# What a campaign costs stands in its plan: whoever ordered it pays for all, and no holder gets an invoice.
UNINVOICED = """
    select application.reference from applications_application application
    left join ledger_invoice invoice on invoice.reference = application.reference
    where application.state not in ('begun', 'withdrawn') and application.key_source <> 'campaign' and invoice.id is null
"""
# A leg holds its account by an id, so that a promise of the leg says nothing of the account's name.
MISPOSTED = """
    select leg.entry_id, account.code from ledger_payment payment
    join ledger_leg leg using (entry_id) left join ledger_ledgeraccount account on account.id = leg.account_id
    where leg.amount_minor <> 0
      and (account.code is distinct from case when leg.amount_minor > 0 then payment.method else 'deferred_income' end
           or account.currency is distinct from leg.currency)
"""


def check_books() -> Iterator[Fault]:
    for entry_id, currency, sum_minor in rows(UNBALANCED):
        yield Fault("ledger", f"entry {entry_id}", f"it is off by {sum_minor} in {currency}")
    for (reference,) in rows(UNPAID):
        yield Fault("ledger", reference, "it was approved and nobody paid")
    for (reference,) in rows(UNINVOICED):
        yield Fault("ledger", reference, "it was submitted and nothing was invoiced")
    for entry_id, code in rows(MISPOSTED):
        yield Fault(
            "ledger", f"entry {entry_id}", f"it is posted to the account {code}, and its payment says another"
        )
