"""`/officer/cases/…`: an officer opens a case of her own, and sees what its purpose allows, masked unless she says why."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.pki.refusals import Refusal
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.case_forms import DECLINES, FieldsForm, NewCaseForm, words_of
from chopmark.strongroom.desk.case_frame import officers_only, show
from chopmark.strongroom.desk.fields import FIELDS, asked_for
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.errors import CaseUnknown, RecordShredded
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Officer, Opening
from chopmark.strongroom.policy.errors import AskerSlowed, CaseNotYours, RecordUnknown
from chopmark.strongroom.policy.models import Decline, PairRequest
from chopmark.strongroom.policy.registers import OfficerCase
from chopmark.strongroom.policy.shapes import CaseKind, Purpose
from chopmark.strongroom.problems import WORDS, words_for
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import cases, officer_cases, suppression, two_persons
from chopmark.strongroom.services.officer_cases import Wanted
from chopmark.strongroom.services.submit import HERE
from chopmark.strongroom.services.two_persons import Wish


@require_safe
@officers_only
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Her own cases, newest first."""
    now = clock.now()
    rows = [
        {"of": one, "purpose": _words(one.case.purposes[0]), "state": _state(one, now)}
        for one in officer_cases.own(officer.number)
    ]
    return show(request, officer, "list", "officer-cases", {"rows": rows})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@officers_only
def new(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What she needs it for and why; posted, the case."""
    purposes = officer_cases.purposes_for(OfficerRole(officer.role))
    hints = {one.name: _hint(one) for one in purposes}
    form = NewCaseForm(request.POST or None, purposes=purposes, hints=hints)
    if form.is_bound and form.is_valid():
        wanted = Wanted(**form.cleaned_data)
        try:
            case_id = officer_cases.open_case_by_officer(
                wanted=wanted, keys=keyring(), actor=Actor.officer(officer.number), now=clock.now()
            )
        except RecordUnknown:
            form.add_error("application", _("Check the application number: no record has come with it"))
        except RecordShredded as refusal:
            say_at(form, "application", refusal)
        else:
            return redirect("officer-case", case_id)
    page = {"form": form, "purposes": purposes}
    return show(request, officer, "new", "officer-case-new", page, status=422 if form.is_bound else 200)


@require_safe
@officers_only
def one(request: HttpRequest, officer: Officer, case_id: UUID) -> HttpResponse:
    """What she said, what she may ask for, and what was opened; no value of the record."""
    of = _own(case_id, officer)
    return _page(request, officer, of, form=FieldsForm(purpose=_purpose(of)))


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@officers_only
def ask(request: HttpRequest, officer: Officer, case_id: UUID) -> HttpResponse:
    """Show the fields; or, where the purpose wants two persons, put the request before another officer."""
    of = _own(case_id, officer)
    if request.method == "GET":  # the other language of a page that was an answer to a form
        return redirect("officer-case", case_id)
    purpose = _purpose(of)
    form = FieldsForm(request.POST, purpose=purpose)
    if not form.is_valid():
        return _page(request, officer, of, form=form, status=422)
    given = form.cleaned_data
    wish = Wish(
        case_id=case_id, purpose=purpose.name, fields=given["asked"], why=given.get("why", "").strip()
    )
    if not purpose.two_persons:
        return _opened(request, officer, of, wish)
    try:
        two_persons.ask_opening(
            wish=wish, keys=keyring(), actor=Actor.officer(officer.number), now=clock.now()
        )
    except Refusal as refusal:
        return _refused(request, officer, of, refusal)
    return redirect("officer-case", case_id)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@officers_only
def open_confirmed(request: HttpRequest, officer: Officer, case_id: UUID, request_id: UUID) -> HttpResponse:
    """Show what another officer confirmed, once."""
    of = _own(case_id, officer)
    asked = PairRequest.objects.select_related("case__record").filter(pk=request_id, case=case_id).first()
    if request.method == "GET" or asked is None:
        return redirect("officer-case", case_id)
    why = officer_cases.why_asked(asked, keys=keyring())
    wish = Wish(case_id=case_id, purpose=asked.purpose, fields=frozenset(asked.fields), why=why)
    return _opened(request, officer, of, wish)


@require_POST
@officers_only
def close(request: HttpRequest, officer: Officer, case_id: UUID) -> HttpResponse:
    """End her own leave; nothing more can be opened under the case."""
    _own(case_id, officer)
    cases.close_case(case_id=case_id, actor=Actor.officer(officer.number), now=clock.now())
    return redirect("officer-case", case_id)


@require_POST
@officers_only
def no_marketing(request: HttpRequest, officer: Officer, case_id: UUID) -> HttpResponse:
    """Write down for the person, who asked by letter or telephone, that nobody may contact her for marketing."""
    _own(case_id, officer)
    suppression.forbid_for_her(case_id=case_id, actor=Actor.officer(officer.number), now=clock.now())
    return redirect("officer-case", case_id)


def _own(case_id: UUID, officer: Officer) -> OfficerCase:
    of = OfficerCase.objects.select_related("case__record").filter(pk=case_id).first()
    if of is None:
        raise CaseUnknown
    if of.officer != officer.number:
        raise CaseNotYours
    return of


def _purpose(of: OfficerCase) -> Purpose:
    return terms().purpose(of.case.purposes[0])


def _opened(request: HttpRequest, officer: Officer, of: OfficerCase, wish: Wish) -> HttpResponse:
    try:
        values = officer_cases.open_fields(
            wish=wish, keys=keyring(), actor=Actor.officer(officer.number), now=clock.now()
        )
    except Refusal as refusal:
        return _refused(request, officer, of, refusal)
    shown = [{"label": asked_for(name), "value": value, "name": name} for name, value in values.items()]
    return _page(request, officer, of, form=FieldsForm(purpose=_purpose(of)), values=shown)


def _refused(request: HttpRequest, officer: Officer, of: OfficerCase, refusal: Refusal) -> HttpResponse:
    """The case's page with the refusal on it, in plain words: what was refused, how long to wait, whom to ask."""
    words = words_for(refusal)
    cure = str(words.cure)
    if isinstance(refusal, AskerSlowed):
        seconds = int(refusal.details["retry_after"])
        cure = ngettext("Wait %(n)s second. %(cure)s", "Wait %(n)s seconds. %(cure)s", seconds) % {
            "n": seconds,
            "cure": cure,
        }
    said = {"title": words.says, "cure": cure}
    form = FieldsForm(purpose=_purpose(of))
    return _page(request, officer, of, form=form, refused=said, status=words.status)


def _page(
    request: HttpRequest, officer: Officer, of: OfficerCase, *, status: int = 200, **more: Any
) -> HttpResponse:
    now, purpose, keys = clock.now(), _purpose(of), keyring()
    most = terms().leave[CaseKind.OFFICER].openings
    lines = officer_cases.shown(of.case)
    page = {
        "of": of,
        "said": officer_cases.said(of, keys=keys),
        "purpose": purpose,
        "purpose_words": words_of(purpose),
        "state": _state(of, now),
        "told": _told(purpose),
        "lines": [_line(one) for one in lines],
        "left": max(most - sum(not one.refused for one in lines), 0),
        "most": most,
        "requests": _requests(of, now),
        "no_marketing": suppression.standing(of.case.record_id) is not None,
    }
    return show(request, officer, "one", "officer-cases", page | more, status=status)


def _state(of: OfficerCase, now: datetime) -> str:
    if of.case.record.shredded_at is not None:
        return "shredded"
    if of.case.closed_at is not None:
        return "closed"
    return "expired" if now >= of.case.closes_at else "open"


def _words(name: str) -> str:
    agreed = terms().purposes.get(name)
    return _("A purpose that was not agreed") if agreed is None else words_of(agreed)


def _hint(purpose: Purpose) -> str:
    """What a purpose gives, whether it wants two, and when the person is told."""
    fields = "、" if in_chinese() else ", "
    parts = [fields.join(str(FIELDS[name]) for name in officer_cases.askable(purpose))]
    if purpose.two_persons:
        parts.append(_("A second officer must confirm."))
    parts.append(_told(purpose))
    return " · ".join(parts)


def _told(purpose: Purpose) -> str:
    if purpose.delay is None:
        return _("The person is told at once.")
    day = clock.now().astimezone(HERE) + purpose.delay.told_after
    why = purpose.delay.reason_zh if in_chinese() else purpose.delay.reason_en
    return _("The person is told on %(day)s: %(why)s.") % {
        "day": formats.day(day.date(), chinese=in_chinese()),
        "why": why,
    }


def _line(opening: Opening) -> dict[str, object]:
    joint = "、" if in_chinese() else ", "
    return {
        "at": opening.at,
        "what": joint.join(str(asked_for(name)) for name in opening.fields),
        "refused": WORDS[opening.refused].says if opening.refused else "",
        "told_at": opening.told_at,
    }


def _requests(of: OfficerCase, now: datetime) -> list[dict[str, object]]:
    """What may be opened now first, then what waits, then what is over; the newest of each on top."""
    order = ["confirmed", "waiting", "declined", "opened", "too_late"]
    found = [_request(one, now) for one in of.case.requests.order_by("-asked_at")]
    return sorted(found, key=lambda one: order.index(str(one["state"])))


def _request(asked: PairRequest, now: datetime) -> dict[str, object]:
    joint, pair = "、" if in_chinese() else ", ", terms().pair
    confirm_by = asked.asked_at + pair.confirm_within
    open_by = asked.confirmed_at + pair.open_within if asked.confirmed_at else None
    return {
        "asked": asked,
        "what": joint.join(str(asked_for(name)) for name in asked.fields),
        "why": officer_cases.why_asked(asked, keys=keyring()),
        "confirm_by": confirm_by,
        "open_by": open_by,
        "declined": DECLINES[Decline(asked.declined_because)] if asked.declined_because else "",
        "state": _state_of_request(asked, confirm_by, open_by, now),
    }


def _state_of_request(
    asked: PairRequest, confirm_by: datetime, open_by: datetime | None, now: datetime
) -> str:
    if asked.declined_at is not None:
        return "declined"
    if asked.opened_at is not None:
        return "opened"
    if open_by is not None:
        return "confirmed" if now < open_by else "too_late"
    return "waiting" if now < confirm_by else "too_late"
