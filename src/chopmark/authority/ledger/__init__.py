"""Fees (RFC 3647 §9.1): invoices from the tariff in force, payments as double entry in cents, and books that
balance.

Owns `ledger_ledgeraccount`, `ledger_entry`, `ledger_leg`, `ledger_invoice`, `ledger_invoiceline`,
`ledger_payment`. Every row
is added and read, never changed: a correction is a new entry. The ledger knows payers and references, never
certificates.
Public verbs: `invoice_application`, `take_payment`, `post`; questions: `is_paid`, `invoice_of`, `receipt_of`,
`check_books`.
"""
