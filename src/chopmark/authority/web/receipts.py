"""The receipt of a fee as a printed sheet, both languages on one (design 7)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation

from chopmark.authority.catalogue.pack import Words
from chopmark.authority.catalogue.reading import current as pack
from chopmark.authority.keymaking.envelopes import printed
from chopmark.authority.keymaking.selectors import envelope_of
from chopmark.authority.web.words import METHODS
from chopmark.look import formats


def receipt_page(request: HttpRequest, application: Any, payment: Any, *, back_href: str) -> HttpResponse:
    """One payment with its lines, for the payer; the name is the one that stands in the certificate."""
    return render(
        request,
        "web/receipt.html",
        {"receipt": _receipt(application, payment), "both": _both(payment), "back_href": back_href},
    )


def _receipt(application: Any, payment: Any) -> dict[str, Any]:
    envelope = envelope_of(application.reference)
    return {
        "number": payment.receipt_number,
        "reference": application.reference,
        "received_from": application.subject_name,
        "lines": [_line(row) for row in payment.invoice.lines.order_by("position")],
        "total": _figures(payment.amount_minor),
        "envelope": printed(envelope) if envelope else "",
    }


def _line(row: Any) -> dict[str, str]:
    names = pack().tariff[row.line].names
    return {"en": names.en, "zh": names.zh_hant, "amount": _figures(row.amount_minor)}


def _figures(amount_minor: int) -> str:
    return formats.money(amount_minor, receipt=True).removeprefix("HK$")


def _both(payment: Any) -> dict[str, dict[str, str]]:
    at = timezone.localtime(payment.taken_at)
    outlet = pack().outlets.outlets.get(payment.outlet)
    return {
        "authority": _pair(pack().authority.names.authority),
        "outlet": _pair(outlet.names) if outlet else {},
        "when": {
            "en": formats.moment(at, chinese=False, short=True),
            "zh": formats.day(at, chinese=True),
        },
        "day": {"en": formats.day(at, chinese=False, short=True)},
        "method": {"en": _method(payment.method, "en"), "zh": _method(payment.method, "zh-hant")},
    }


def _pair(words: Words) -> dict[str, str]:
    return {"en": words.en, "zh": words.zh_hant}


def _method(method: str, code: str) -> str:
    with translation.override(code):
        return str(METHODS.get(method, method))
