"""What the owner's officers do about a breach: each further report and notice, whose records, freezing and lifting."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches import affected, freezing, register, reporting
from chopmark.strongroom.breaches.errors import NoRecordsToTake, OpeningsChanged, TooManyRecordsAtOnce
from chopmark.strongroom.breaches.models import StepKind
from chopmark.strongroom.breaches.reporting import Step
from chopmark.strongroom.desk.breach_forms import (
    ApplicationsForm,
    ExpectedForm,
    LiftForm,
    SeenForm,
    StepForm,
)
from chopmark.strongroom.desk.breach_words import STEPS
from chopmark.strongroom.desk.breaching import say_unknown
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.desk.owner.frame import owners_only, show
from chopmark.strongroom.models import Officer
from chopmark.strongroom.policy.errors import RecordUnknown

_NOT_AGAIN = frozenset({"csrfmiddlewaretoken", "expected"})
_WITH_FORM = frozenset(StepKind) - {StepKind.TAKEN_OVER}


@owners_only
@require_POST
def take_over(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """Answer for it from now on, in her own name."""
    _add(number, Step(kind=StepKind.TAKEN_OVER), officer)
    return redirect("owner-breach", number)


@owners_only
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, officer: Officer, number: int, kind: str) -> HttpResponse:
    """A report or a notice, or that it is resolved."""
    if kind not in _WITH_FORM:
        raise Http404
    breach = register.breach_of(number)
    form = StepForm(
        request.POST if request.method == "POST" else None,
        kind=StepKind(kind),
        breach=breach,
        now=clock.now(),
    )
    if form.is_bound and form.is_valid():
        _add(number, form.step, officer)
        return redirect("owner-breach", number)
    page = {"form": form, "breach": breach, "words": STEPS[StepKind(kind)], "kind": kind}
    page["records"] = register.count_records(breach)
    status = 422 if form.is_bound else 200
    return show(request, officer, "breach_step", "owner-breaches", page, status=status)


@owners_only
@require_http_methods(["GET", "POST"])
def records(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """Posted, how many records somebody opened; posted again with that count, they are taken into the list."""
    form = SeenForm(request.POST if request.method == "POST" else None)
    page: dict[str, Any] = {"form": form, "breach": register.breach_of(number)}
    if form.is_bound and form.is_valid():
        seen, expected = form.seen, ExpectedForm(request.POST)
        if expected.is_valid() and _took(form, number, expected.cleaned_data["expected"], officer):
            return redirect("owner-breach", number)
        # What was counted is what is taken: the second button sends it again, as it was.
        page |= {"counted": affected.count(number, seen), "again": _again(request)}
    status = 422 if form.errors else 200
    return show(request, officer, "breach_records", "owner-breaches", page, status=status)


@owners_only
@require_http_methods(["GET", "POST"])
def applications(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """Take the records of some applications into the list."""
    form = ApplicationsForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _took_applications(form, number, officer):
        return redirect("owner-breach", number)
    page = {"form": form, "breach": register.breach_of(number)}
    status = 422 if form.is_bound else 200
    return show(request, officer, "breach_applications", "owner-breaches", page, status=status)


@owners_only
@require_POST
def freeze(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """Freeze the evidence anew."""
    freezing.freeze(number=number, actor=Actor.officer(officer.number), now=clock.now())
    return redirect("owner-breach", number)


@owners_only
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """What follows when the freeze ends; posted with a reason, it ends."""
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        freezing.lift(
            number=number,
            reason=form.cleaned_data["reason"],
            actor=Actor.officer(officer.number),
            now=clock.now(),
        )
        return redirect("owner-breach", number)
    breach = register.breach_of(number)
    page = {"form": form, "breach": breach, "records": register.count_records(breach)}
    status = 422 if form.is_bound else 200
    return show(request, officer, "breach_lift", "owner-breaches", page, status=status)


def _add(number: int, given: Step, officer: Officer) -> None:
    reporting.add_step(number=number, step=given, actor=Actor.officer(officer.number), now=clock.now())


def _again(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in request.POST.items() if name not in _NOT_AGAIN]


def _took(form: SeenForm, number: int, expected: int, officer: Officer) -> bool:
    try:
        affected.take_opened(
            number=number,
            seen=form.seen,
            expected=expected,
            actor=Actor.officer(officer.number),
            now=clock.now(),
        )
    except (NoRecordsToTake, OpeningsChanged, TooManyRecordsAtOnce) as refusal:
        say_at(form, "officer", refusal)
    return form.is_valid()


def _took_applications(form: ApplicationsForm, number: int, officer: Officer) -> bool:
    try:
        affected.take_applications(
            number=number,
            applications=form.cleaned_data["applications"],
            actor=Actor.officer(officer.number),
            now=clock.now(),
        )
    except RecordUnknown:
        say_unknown(form)
    except NoRecordsToTake as refusal:
        say_at(form, "applications", refusal)
    return form.is_valid()
