"""The register of staff: who may do what, what each is cleared by, and who leaves (C82)."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.authority.kernel import clock
from chopmark.authority.participants import access
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.states import ClearanceKind, ReasonToLeave
from chopmark.authority.web.acting import ActingRequest, permitted
from chopmark.authority.web.answers import blame, posted, with_faults
from chopmark.authority.web.staff import shown
from chopmark.authority.web.staff.forms import ClearedForm, LeavesForm
from chopmark.look.sheets import sheet
from chopmark.pki.refusals import Refusal

LINES = 50


@require_safe
@permitted(Permission.STAFF_ACCESS_READ)
def people(request: ActingRequest) -> HttpResponse:
    """Everybody whose login is open; on paper all of them at once."""
    found = access.people(clock.now())
    on_paper = "print" in request.GET
    page = Paginator(found, max(len(found), 1) if on_paper else LINES).get_page(request.GET.get("page"))
    context = {
        **surroundings(request, "people"),
        "page": page,
        "on_paper": on_paper,
        "printed_at": clock.now(),
        "lines": [shown.person_line(one) for one in page],
        "leavers": [shown.leaver_line(one) for one in access.leavers()],
    }
    return render(request, "web/staff/people.html", context)


@require_safe
@permitted(Permission.STAFF_ACCESS_READ)
def people_sheet(request: ActingRequest) -> HttpResponse:
    """The same list as a file, for the assessor."""
    return sheet("access", shown.heads(), (shown.cells(one) for one in access.people(clock.now())))


@require_safe
@permitted(Permission.STAFF_ACCESS_READ)
def person(request: ActingRequest, number: str) -> HttpResponse:
    now = clock.now()
    review = access.review(now)
    lines = review.lines if review else ()
    context = {
        **_context(request, number),
        "clearances": [shown.clearance_line(one) for one in access.clearances(number)],
        "departure": shown.leaver_line(left) if (left := access.departure_of(number)) else None,
        "in_review": next((shown.review_line(one) for one in lines if one.access.number == number), None),
        "is_herself": number == request.actor.id,
        "may_clear": request.actor.may(Permission.CONSOLE_STAFF_REGISTER),
        "may_let_go": request.actor.may(Permission.CONSOLE_LOGIN_CLOSE),
        "may_review": request.actor.may(Permission.STAFF_ACCESS_REVIEW),
    }
    return render(request, "web/staff/person.html", context)


@require_http_methods(["GET", "POST"])
@permitted(Permission.CONSOLE_STAFF_REGISTER)
def cleared(request: ActingRequest, number: str) -> HttpResponse:
    """She was vetted, or signed the agreement, on a day."""
    form = ClearedForm(posted(request))
    context = {**_context(request, number), "form": form}
    if request.method == "GET":
        return render(request, "web/staff/cleared.html", context)
    if form.is_valid():
        kind, day = ClearanceKind(form.cleaned_data["kind"]), form.cleaned_data["done_on"]
        try:
            participants.record_clearance(
                number=number, kind=kind, done_on=day, actor=request.actor, now=clock.now()
            )
            return HttpResponseRedirect(f"/staff/people/{number}/")
        except Refusal as refusal:
            blame(form, refusal, "done_on" if refusal.code == "clearance_day_wrong" else None)
    return with_faults(request, "web/staff/cleared.html", form, context)


@require_http_methods(["GET", "POST"])
@permitted(Permission.CONSOLE_LOGIN_CLOSE)
def leaves(request: ActingRequest, number: str) -> HttpResponse:
    """She leaves: a page of its own, since it cannot be taken back."""
    form = LeavesForm(posted(request))
    context = {**_context(request, number), "form": form}
    if request.method == "GET":
        return render(request, "web/staff/leaves.html", context)
    if form.is_valid():
        reason, day = ReasonToLeave(form.cleaned_data["reason"]), form.cleaned_data["leaves_on"]
        try:
            participants.staff_leaves(
                number=number, leaves_on=day, reason=reason, actor=request.actor, now=clock.now()
            )
            return HttpResponseRedirect(f"/staff/people/{number}/")
        except Refusal as refusal:
            blame(form, refusal, "leaves_on" if refusal.code == "leaving_day_wrong" else None)
    return with_faults(request, "web/staff/leaves.html", form, context)


def surroundings(request: ActingRequest, here: str) -> dict[str, Any]:
    """What stands around every page of the register: where one is, and how many wait for the review."""
    review = access.review(clock.now())
    return {"here": here, "waiting": review.open_count if review else 0, "register": _("Register of staff")}


def _context(request: ActingRequest, number: str) -> dict[str, Any]:
    found = access.person(number, clock.now())
    return {**surroundings(request, "people"), "person": shown.person_line(found)}
