"""Why money is not taken or booked."""

from chopmark.pki.refusals import Refusal


class BooksDoNotBalance(Refusal):
    """The books contradict themselves; `fault` says how, `entry` or `invoice` where."""

    code = "books_do_not_balance"


class InvoiceAlreadyPaid(Refusal):
    code = "invoice_already_paid"


class InvoiceDiffers(Refusal):
    """The reference has an invoice already, and it is for something else."""

    code = "invoice_differs"


class InvoiceUnknown(Refusal):
    code = "invoice_unknown"


class NothingToPay(Refusal):
    """The invoice is for nothing, and counts as paid."""

    code = "nothing_to_pay"


class PostingUnbalanced(Refusal):
    """The legs of an entry do not sum to zero in each currency, or there are fewer than two."""

    code = "posting_unbalanced"


class ReferenceBooked(Refusal):
    """An entry with this reference is in the books: the same thing is not booked twice."""

    code = "reference_booked"
