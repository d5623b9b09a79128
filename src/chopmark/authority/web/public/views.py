"""The public pages: for everybody, without signing in."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chopmark.authority.catalogue.reading import current as pack
from chopmark.authority.kernel import clock
from chopmark.authority.transparency import witnesses
from chopmark.authority.web.acting import anybody
from chopmark.authority.web.answers import with_faults
from chopmark.authority.web.public import shown
from chopmark.authority.web.public.forms import CheckForm


@require_safe
@anybody
def home(request: HttpRequest) -> HttpResponse:
    """Check a certificate, get one, or check us."""
    now = clock.now()
    rows, centres, crl = shown.authorities(), shown.centres(now), pack().crl
    context = {
        "here": "check",
        "check": CheckForm(),
        "lists": shown.lists_state(rows),
        "log": shown.log_state(),
        "issuing_is_paused": witnesses.are_late(now=now),
        "centres": centres,
        "centres_open": sum(row.is_open for row in centres),
        "fees": shown.fees(now),
        "authorities": rows,
        "slots": ", ".join(f"{slot:%H:%M}" for slot in crl.slots),
        "minutes": crl.public_within_minutes,
    }
    return render(request, "web/public/home.html", context)


@require_safe
@anybody
def check(request: HttpRequest) -> HttpResponse:
    """What we say of a serial number, now or at a past moment (CPS 4.10)."""
    form = CheckForm(request.GET)
    context = {"here": "check", "check": form}
    if not form.is_valid():
        return with_faults(request, "web/public/answer.html", form, context)
    found = shown.answers(form.cleaned_data["serial"], form.moment(clock.now()))
    return render(request, "web/public/answer.html", {**context, "answer": found[0]})


@require_safe
@anybody
def repository(request: HttpRequest, serial: str) -> HttpResponse:
    """An accepted certificate, for whoever relies on it (CPS 2.1)."""
    certificate_der = shown.repository_file(bytes.fromhex(serial))
    if certificate_der is None:
        raise Http404
    return HttpResponse(certificate_der, content_type="application/pkix-cert")
