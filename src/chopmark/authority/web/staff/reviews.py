"""The review of access: another person says of everybody who may act that she should, or no more (C82)."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.authority.kernel import clock
from chopmark.authority.participants import access
from chopmark.authority.participants import reviews as service
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.states import Verdict
from chopmark.authority.web.acting import ActingRequest, by_post, permitted
from chopmark.authority.web.answers import status_of
from chopmark.authority.web.problems import problem_of
from chopmark.authority.web.staff import shown
from chopmark.authority.web.staff.people import surroundings
from chopmark.pki.refusals import Refusal


@require_safe
@permitted(Permission.STAFF_ACCESS_READ)
def review(request: ActingRequest) -> HttpResponse:
    """The review that was opened last: who is decided about, who waits."""
    found = access.review(clock.now())
    context = {
        **surroundings(request, "review"),
        "review": found,
        "is_over": found is not None and found.due_at <= clock.now(),
        "lines": [shown.review_line(one) for one in found.lines] if found else [],
        "may_review": request.actor.may(Permission.STAFF_ACCESS_REVIEW),
        "printed_at": clock.now(),
    }
    return render(request, "web/staff/review.html", context)


@by_post
@permitted(Permission.STAFF_ACCESS_REVIEW)
def open_now(request: ActingRequest) -> HttpResponse:
    service.open_review(actor=request.actor, now=clock.now())
    return HttpResponseRedirect("/staff/review/")


@by_post
@permitted(Permission.STAFF_ACCESS_REVIEW)
def confirm(request: ActingRequest, number: str) -> HttpResponse:
    service.decide(number=number, verdict=Verdict.CONFIRMED, actor=request.actor, now=clock.now())
    return HttpResponseRedirect("/staff/review/")


@require_http_methods(["GET", "POST"])
@permitted(Permission.STAFF_ACCESS_REVIEW)
def withdraw(request: ActingRequest, number: str) -> HttpResponse:
    """Take away all that she may: a page of its own, since it cannot be taken back."""
    found = shown.person_line(access.person(number, clock.now()))
    context = {**surroundings(request, "review"), "person": found}
    if request.method == "GET":
        return render(request, "web/staff/withdraw.html", context)
    try:
        service.decide(number=number, verdict=Verdict.WITHDRAWN, actor=request.actor, now=clock.now())
    except Refusal as refusal:
        problem = {"problem": problem_of(refusal)}
        return render(request, "web/staff/withdraw.html", {**context, **problem}, status=status_of(refusal))
    return HttpResponseRedirect("/staff/review/")
