"""The desk: who waits at this centre, and a case by its number."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from chopmark.authority.applications.selectors import awaiting_release, by_reference, waiting_at
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification.selectors import intake_of
from chopmark.authority.web.acting import ActingRequest, permitted
from chopmark.authority.web.answers import blame, posted, with_faults
from chopmark.authority.web.counter import shown
from chopmark.authority.web.counter.forms import FindForm
from chopmark.pki.refusals import Refusal


@require_http_methods(["GET", "POST"])
@permitted(Permission.COUNTER_APPLICATION_READ)
def desk(request: ActingRequest) -> HttpResponse:
    form = FindForm(posted(request))
    context = {**surroundings(request), "here": "desk", "form": form}
    if request.method == "GET":
        return render(request, "web/counter/desk.html", context)
    if form.is_valid():
        try:
            found = by_reference(form.cleaned_data["reference"])
            return HttpResponseRedirect(f"/counter/cases/{found.reference}/")
        except Refusal as refusal:
            blame(form, refusal, "reference")
    return with_faults(request, "web/counter/desk.html", form, context)


def surroundings(request: ActingRequest) -> dict[str, Any]:
    """What stands around every case: the centre, its queue, and what waits for this officer's chop."""
    outlet = request.actor.outlet or ""
    return {
        "outlet_name": shown.outlet_name(outlet),
        "queue": [shown.queue_line(one) for one in waiting_at(outlet)],
        "releases_waiting": _waiting_for(request),
    }


def _waiting_for(request: ActingRequest) -> int:
    if not request.actor.may(Permission.COUNTER_APPLICATION_RELEASE):
        return 0
    return sum(request.actor.id not in intake_of(one.reference) for one in awaiting_release())
