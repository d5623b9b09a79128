"""What an applicant sees while she waits, and afterwards: her applications, certificates and receipts."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chopmark.authority.applications import services as applications
from chopmark.authority.applications.selectors import of_login, own
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.catalogue.selectors import certificate_type
from chopmark.authority.kernel import clock
from chopmark.authority.ledger.selectors import payment_of
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.web.acting import ActingRequest, by_post, permitted
from chopmark.authority.web.portal import shown
from chopmark.authority.web.receipts import receipt_page

FINISHED = ("issued", "refused", "withdrawn")


@require_safe
@permitted(Permission.PORTAL_APPLICATION_OWN)
def home(request: ActingRequest) -> HttpResponse:
    now = clock.now()
    mine = of_login(request.actor.participant_id or 0)
    sheets = {one.reference: shown.sheet_of(one, now) for one in mine}
    open_ones = [one for one in mine if _is_open(one.state, sheets[one.reference])]
    context = {
        "here": "certificates",
        "certificates": [
            sheet for sheet in sheets.values() if sheet is not None and sheet.state != "offered"
        ],
        "open_applications": [
            {
                "reference": one.reference,
                "state": "offered" if one.state == "issued" else one.state,
                "type_name": str(certificate_type(one.type_code, one.begun_at).names),
            }
            for one in open_ones
        ],
        "receipts": [payment for one in mine if (payment := payment_of(one.reference)) is not None],
    }
    return render(request, "web/portal/home.html", context)


def _is_open(state: str, sheet: shown.Sheet | None) -> bool:
    return state not in FINISHED or (sheet is not None and sheet.state == "offered")


@require_safe
@permitted(Permission.PORTAL_APPLICATION_OWN)
def application(request: ActingRequest, reference: str) -> HttpResponse:
    """Where one application stands, and what is hers to do next."""
    mine, now = own(reference, actor=request.actor), clock.now()
    view = shown.application_shown(mine, now)
    answered = view.part.endswith(("accepted.html", "rejected.html"))
    context = {
        "here": "certificates",
        "shown": view,
        "certificate": shown.sheet_of(mine, now),
        "made": shown.sheet_of_made(mine, now),
        "steps": shown.steps(shown.AT[ApplicationState(mine.state)], finished=answered),
    }
    return render(request, "web/portal/application.html", context)


@by_post
@permitted(Permission.PORTAL_APPLICATION_OWN)
def withdraw(request: ActingRequest, reference: str) -> HttpResponse:
    applications.withdraw(reference=reference, actor=request.actor, now=clock.now())
    return HttpResponseRedirect(f"/portal/applications/{reference}/")


@require_safe
@permitted(Permission.PORTAL_APPLICATION_OWN)
def receipt(request: ActingRequest, reference: str) -> HttpResponse:
    """The receipt of one's own payment, on a sheet of paper."""
    mine = own(reference, actor=request.actor)
    payment = payment_of(mine.reference)
    if payment is None:
        raise Http404
    return receipt_page(request, mine, payment, back_href="/portal/")
