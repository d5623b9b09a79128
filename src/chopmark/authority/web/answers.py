"""How a face answers: a page, a form with its faults, or a refusal in words."""

from collections.abc import Mapping
from typing import Any, Final

from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from chopmark.authority.web.problems import problem_of
from chopmark.pki.refusals import Refusal

# What is not here is a conflict between what is asked and how things stand.
STATUSES: Final[Mapping[str, int]] = {
    "application_unknown": 404,
    "campaign_unknown": 404,
    "certificate_unknown": 404,
    "serial_unknown": 404,
    "type_unknown": 404,
    "welcome_unknown": 404,
    "not_the_applicant": 403,
    "not_the_subscriber": 403,
    "permission_missing": 403,
    "access_given_by_reviewer": 403,
    "access_of_ones_own": 403,
    "access_suspended": 403,
    "nondisclosure_not_in_force": 403,
    "vetting_not_in_force": 403,
    "login_unknown": 404,
    "login_closed": 403,
    "receipt_forged": 400,
    "receipt_malformed": 400,
    "strongroom_unavailable": 503,
}
CONFLICT: Final = 409
# Whose page a refusal is, and where its way back leads, by the beginning of the address; the first that fits.
FACES: Final[Mapping[str, tuple[str, str]]] = {
    "/console": ("web/console/base.html", "/console/campaigns/"),
    "/staff/people": ("web/staff/base.html", "/staff/people/"),
    "/staff/review": ("web/staff/base.html", "/staff/review/"),
    "/staff": ("web/counter/base.html", "/counter/"),
    "/counter": ("web/counter/base.html", "/counter/"),
    "/portal": ("web/portal/base.html", "/portal/"),
}


def status_of(refusal: Refusal) -> int:
    return STATUSES.get(refusal.code, CONFLICT)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A page of its own for a refusal that belongs to no form."""
    base, back = next(
        (face for path, face in FACES.items() if request.path.startswith(path)), FACES["/portal"]
    )
    context = {"problem": problem_of(refusal), "base": base, "back_href": back}
    return render(request, "web/problem.html", context, status=status_of(refusal))


def with_faults(request: HttpRequest, template: str, form: Form, context: Mapping[str, Any]) -> HttpResponse:
    """The page again, with what was typed and what is wrong."""
    return render(request, template, {**context, "form": form}, status=422)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the body of a post, even an empty one."""
    return request.POST if request.method == "POST" else None


def posted_with_files(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def blame(form: Form, refusal: Refusal, field: str | None = None) -> None:
    """Put a refusal's words where the form's own faults stand."""
    form.add_error(field, problem_of(refusal).sentence)


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Where a sign-in leads: a page of ours that was asked for, or the face's first."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else otherwise
