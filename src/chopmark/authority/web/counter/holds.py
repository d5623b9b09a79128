"""Holds: put a certificate on hold on a request that is not confirmed, release it, or revoke it when it is (CPS 4.9.13)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.revocation import suspending
from chopmark.authority.revocation.asking import Asked
from chopmark.authority.revocation.selectors import on_hold
from chopmark.authority.web.acting import ActingRequest, permitted
from chopmark.authority.web.answers import blame, posted, with_faults
from chopmark.authority.web.counter import held
from chopmark.authority.web.counter.desk import surroundings
from chopmark.authority.web.counter.hold_forms import ConfirmForm, FindCertificateForm, HoldForm, ReleaseForm
from chopmark.pki.refusals import Refusal

LINES = 50


class Verb(Protocol):
    def __call__(
        self, *, issuer_id: int, serial_number: bytes, asked: Asked, actor: Actor, now: datetime
    ) -> object: ...


@require_safe
@permitted(Permission.COUNTER_APPLICATION_READ)
def holds(request: ActingRequest) -> HttpResponse:
    """What is on hold, the longest first; and a certificate by its serial number."""
    form = FindCertificateForm(request.GET if "serial" in request.GET else None)
    page = Paginator(on_hold(), LINES).get_page(request.GET.get("page"))
    lines = [held.hold_line(one, clock.now()) for one in page]
    context = {**_context(request), "form": form, "page": page, "lines": lines}
    if not form.is_bound:
        return render(request, "web/counter/holds.html", context)
    if not form.is_valid():
        return with_faults(request, "web/counter/holds.html", form, context)
    found = held.by_serial(form.cleaned_data["serial"], clock.now())
    if len(found) == 1:
        return HttpResponseRedirect(found[0].href)
    if not found:
        form.add_error("serial", held.nothing_found())
        return with_faults(request, "web/counter/holds.html", form, context)
    return render(request, "web/counter/holds.html", {**context, "found": found})


@require_safe
@permitted(Permission.COUNTER_APPLICATION_READ)
def certificate(request: ActingRequest, issuer_id: int, serial_hex: str) -> HttpResponse:
    """One certificate: how it stands, what was asked about it, and what this officer may do."""
    return render(request, "web/counter/hold.html", _about(request, issuer_id, serial_hex))


def _asked(
    verb: Verb, form_of: type[ReleaseForm], template: str
) -> Callable[[ActingRequest, int, str], HttpResponse]:
    """A page of its own for each act: what follows from it, and the request as the officer takes it down."""

    def view(request: ActingRequest, issuer_id: int, serial_hex: str) -> HttpResponse:
        context = _about(request, issuer_id, serial_hex)
        shown: held.Held = context["certificate"]
        form = form_of(posted(request), rules=shown.rules)
        if request.method == "GET":
            return render(request, template, {**context, "form": form})
        if form.is_valid():
            try:
                verb(
                    issuer_id=issuer_id,
                    serial_number=shown.serial_number,
                    asked=form.asked(),
                    actor=request.actor,
                    now=clock.now(),
                )
                return HttpResponseRedirect(shown.href)
            except Refusal as refusal:
                blame(form, refusal)
        return with_faults(request, template, form, context)

    return view


def _about(request: ActingRequest, issuer_id: int, serial_hex: str) -> dict[str, Any]:
    shown = held.certificate_shown(issuer_id, serial_hex, clock.now())
    return {
        **_context(request),
        "certificate": shown,
        "may_take": request.actor.may(Permission.COUNTER_SUSPENSION_TAKE),
        "may_confirm": request.actor.may(Permission.COUNTER_REVOCATION_CONFIRM),
    }


def _context(request: ActingRequest) -> dict[str, Any]:
    return {**surroundings(request), "here": "holds"}


_form = require_http_methods(["GET", "POST"])
_taking = permitted(Permission.COUNTER_SUSPENSION_TAKE)
_confirming = permitted(Permission.COUNTER_REVOCATION_CONFIRM)

suspend = _form(_taking(_asked(suspending.suspend_by_officer, HoldForm, "web/counter/suspend.html")))
release = _form(_taking(_asked(suspending.release_by_officer, ReleaseForm, "web/counter/release_hold.html")))
revoke = _form(_confirming(_asked(suspending.revoke_held, ConfirmForm, "web/counter/revoke_held.html")))
