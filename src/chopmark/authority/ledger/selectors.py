"""Questions to the ledger."""

from chopmark.authority.ledger.models import Invoice, Payment


def invoice_of(reference: str) -> Invoice | None:
    """The invoice of an application, if it was submitted."""
    return Invoice.objects.filter(reference=reference).first()


def is_paid(reference: str) -> bool:
    """Whether an application has an invoice with nothing owed on it. No invoice is not a paid one."""
    invoice = invoice_of(reference)
    return invoice is not None and (
        invoice.total_minor == 0 or Payment.objects.filter(invoice=invoice).exists()
    )


def payment_of(reference: str) -> Payment | None:
    return Payment.objects.select_related("invoice").filter(invoice__reference=reference).first()
