"""The frame of the owner's pages: who may see them, how one goes from one to the next, and how lists are paged."""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Concatenate, Final, ParamSpec, cast

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.look.forms import DayField
from chopmark.strongroom import clock
from chopmark.strongroom.desk.officer import refuse_supervisor, signed_in_officer
from chopmark.strongroom.errors import RoleNotAllowed
from chopmark.strongroom.models import Officer
from chopmark.strongroom.overview import Period
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services.submit import HERE

P = ParamSpec("P")
LINES = 50
# A sheet of paper is for reading: more lines than this are a question for the database.
LINES_ON_PAPER = 2000
USUAL_DAYS = 7
_READING = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the navigation: its name among the addresses, and its words."""

    name: str
    words: Promise


PAGES: Final = (
    Page("owner-home", _("Overview")),
    Page("owner-openings", _("Openings")),
    Page("owner-refusals", _("Refusals")),
    Page("owner-complaints", _("Complaints")),
    Page("owner-data-requests", _("Data requests")),
    Page("owner-alerts", _("Alerts")),
    Page("owner-breaches", _("Breaches")),
    Page("owner-grants", _("Grants")),
    Page("owner-retention", _("Retention")),
    Page("owner-assessments", _("Impact assessments")),
    Page("owner-officers", _("Officers")),
    Page("owner-keys", _("Keys")),
    Page("owner-log", _("Log")),
)


def owners_only(
    view: Callable[Concatenate[HttpRequest, Officer, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """An act: let in the owner's officers, signed in with password and device; the view gets the officer."""
    return _guarded(view, may_look=False)


def looked_at(
    view: Callable[Concatenate[HttpRequest, Officer, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A register: let in a supervisor's officer too, as long as she only reads."""
    return _guarded(view, may_look=True)


def _guarded(
    view: Callable[Concatenate[HttpRequest, Officer, P], HttpResponse], *, may_look: bool
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        officer = signed_in_officer(request)
        if officer is None:
            return redirect(f"{settings.LOGIN_URL}?next={request.path}")
        if not (may_look and request.method in _READING):
            refuse_supervisor(request, officer)
        if officer.role not in (OfficerRole.OWNER, OfficerRole.SUPERVISOR):
            raise RoleNotAllowed
        return view(request, officer, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)


def only_looks(officer: Officer) -> bool:
    """Whether she reads, and is shown no form."""
    return officer.role == OfficerRole.SUPERVISOR


def show(
    request: HttpRequest,
    officer: Officer,
    template: str,
    here: str,
    page: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in the frame, with its place in the navigation marked."""
    frame = {"officer": officer, "pages": PAGES, "here": here, "printed_at": clock.now()}
    frame["only_looks"] = only_looks(officer)
    return render(request, f"strongroom/owner/{template}.html", {**frame, **page}, status=status)


class PeriodForm(forms.Form):
    """From a day to a day."""

    first = DayField(label=_("From"))
    last = DayField(label=_("To"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"first", "last"} <= cleaned.keys() and cleaned["last"] < cleaned["first"]:
            self.add_error("last", _("Enter a day that is not before the first one"))
        return cleaned


def period_of(request: HttpRequest) -> tuple[PeriodForm, Period]:
    """What was asked for; the last days where nothing was, or nothing that can be read."""
    today = clock.now().astimezone(HERE).date()
    usual = Period(first=today - timedelta(days=USUAL_DAYS - 1), last=today)
    if "first_day" not in request.GET:
        return PeriodForm(initial={"first": usual.first, "last": usual.last}), usual
    form = PeriodForm(request.GET)
    return form, Period(**form.cleaned_data) if form.is_valid() else usual


def paged(request: HttpRequest, lines: Any) -> dict[str, object]:
    """One page of the lines, or (`print`) as many as belong on paper, and the addresses of the others."""
    on_paper = "print" in request.GET
    found = Paginator(lines, LINES_ON_PAPER if on_paper else LINES).get_page(request.GET.get("page"))
    return {
        "lines": found,
        "newer": _address(request, found.previous_page_number()) if found.has_previous() else "",
        "older": _address(request, found.next_page_number()) if found.has_next() else "",
        "paper": "" if on_paper else with_query(request, print="yes"),
        "on_paper": on_paper,
    }


def csv_address(request: HttpRequest) -> str:
    """The same list as a file."""
    return with_query(request, csv="yes")


def _address(request: HttpRequest, page: int) -> str:
    return with_query(request, page=str(page))


def with_query(request: HttpRequest, **more: str) -> str:
    """The same page, asked for something more; what is asked empty is not asked."""
    query = request.GET.copy()
    for name, value in more.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"
