"""`/officer/requests/…`: what waits for a second officer, who confirms or declines in her own session."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chopmark.look.language import in_chinese
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.case_forms import DeclineForm, words_of
from chopmark.strongroom.desk.case_frame import officers_only, show
from chopmark.strongroom.desk.fields import asked_for
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Officer
from chopmark.strongroom.policy.errors import RequestUnknown, SecondPersonIsFirst
from chopmark.strongroom.policy.models import Decline, PairRequest
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import officer_cases, two_persons


@require_safe
@officers_only
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """The requests of other officers that she may answer, the oldest first."""
    found = two_persons.waiting(clock.now()).exclude(asked_by=officer.number)
    return show(request, officer, "requests", "officer-requests", {"rows": [_shown(one) for one in found]})


@require_safe
@officers_only
def one(request: HttpRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """What is asked, by whom, for what and why."""
    return _page(request, officer, _waiting(request_id, officer), DeclineForm())


@require_POST
@officers_only
def confirm(request: HttpRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """Agree that the first may open what she asked for."""
    two_persons.confirm_opening(request_id=request_id, actor=Actor.officer(officer.number), now=clock.now())
    return redirect("officer-requests")


@require_http_methods(["GET", "POST"])
@officers_only
def decline(request: HttpRequest, officer: Officer, request_id: UUID) -> HttpResponse:
    """Do not agree, and say why; she reads it on her case's page."""
    asked = _waiting(request_id, officer)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, officer, asked, form, status=422 if form.is_bound else 200)
    two_persons.decline_opening(
        request_id=request_id,
        because=Decline(form.cleaned_data["because"]),
        actor=Actor.officer(officer.number),
        now=clock.now(),
    )
    return redirect("officer-requests")


def _waiting(request_id: UUID, officer: Officer) -> PairRequest:
    asked = two_persons.waiting(clock.now()).filter(pk=request_id).first()
    if asked is None:
        raise RequestUnknown
    if asked.asked_by == officer.number:
        raise SecondPersonIsFirst
    return asked


def _page(
    request: HttpRequest, officer: Officer, asked: PairRequest, form: DeclineForm, *, status: int = 200
) -> HttpResponse:
    page = _shown(asked) | {"form": form}
    return show(request, officer, "request", "officer-requests", page, status=status)


def _shown(asked: PairRequest) -> dict[str, Any]:
    keys, purpose = keyring(), terms().purpose(asked.purpose)
    joint = "、" if in_chinese() else ", "
    said = getattr(asked.case, "said", None)
    return {
        "asked": asked,
        "of": said,
        "said": officer_cases.said(said, keys=keys) if said else None,
        "purpose_words": words_of(purpose),
        "what": joint.join(str(asked_for(name)) for name in asked.fields),
        "why": officer_cases.why_asked(asked, keys=keys),
        "confirm_by": asked.asked_at + terms().pair.confirm_within,
    }
