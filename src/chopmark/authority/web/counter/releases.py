"""The second officer: she looks at what was recorded, and releases the case or does not (C4)."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chopmark.authority.applications.selectors import awaiting_release, by_reference
from chopmark.authority.kernel import clock
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification import services as verification
from chopmark.authority.verification.selectors import case_file
from chopmark.authority.web.acting import ActingRequest, by_post, permitted
from chopmark.authority.web.answers import status_of
from chopmark.authority.web.counter import shown
from chopmark.authority.web.counter.desk import surroundings
from chopmark.authority.web.problems import problem_of
from chopmark.pki.refusals import Refusal


@require_safe
@permitted(Permission.COUNTER_APPLICATION_READ)
def releases(request: ActingRequest) -> HttpResponse:
    waiting = [_line(one, request.actor.id) for one in awaiting_release()]
    context = {**surroundings(request), "here": "releases", "waiting": waiting}
    return render(request, "web/counter/releases.html", context)


def _line(application: Any, officer: str) -> dict[str, Any]:
    file = case_file(application)
    return {
        "reference": application.reference,
        "type_name": shown.queue_line(application).type_name,
        "outlet": shown.outlet_name(application.outlet),
        "asked_at": file.release_asked_at,
        "is_mine": officer in file.intake,
    }


@require_safe
@permitted(Permission.COUNTER_APPLICATION_READ)
def decide(request: ActingRequest, reference: str) -> HttpResponse:
    """What was recorded, on the second officer's own screen."""
    return render(request, "web/counter/decide.html", _context(request, reference))


def _context(request: ActingRequest, reference: str) -> dict[str, Any]:
    case = shown.case_shown(by_reference(reference), officer=request.actor.id, now=clock.now())
    return {**surroundings(request), "here": "releases", "case": case}


@by_post
@permitted(Permission.COUNTER_APPLICATION_RELEASE)
def approve(request: ActingRequest, reference: str) -> HttpResponse:
    try:
        verification.approve(reference=reference, actor=request.actor, now=clock.now())
    except Refusal as refusal:
        context = {**_context(request, reference), "problem": problem_of(refusal)}
        return render(request, "web/counter/decide.html", context, status=status_of(refusal))
    return HttpResponseRedirect("/counter/releases/")
