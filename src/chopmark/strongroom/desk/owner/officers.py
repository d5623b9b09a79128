"""The owner's register of credentials at her desk: last use, review by another officer, removal."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look.sheets import sheet
from chopmark.look.statuses import Status
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.owner.frame import csv_address, looked_at, owners_only, paged, show
from chopmark.strongroom.models import Officer
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import credentials as service
from chopmark.strongroom.services.credentials import Credential, Standing

ROLES: Final[dict[OfficerRole, Promise]] = {
    OfficerRole.COUNTER: gettext_lazy("Counter"),
    OfficerRole.OWNER: gettext_lazy("Of this office"),
    OfficerRole.SUPERVISOR: gettext_lazy("Supervisor’s, only reads"),
}
STANDINGS: Final[dict[Standing, Status]] = {
    Standing.ENDED: Status("", "dot", gettext_lazy("Removed")),
    Standing.LINK_SENT: Status("info", "forward", gettext_lazy("Link not used yet")),
    Standing.OVERDUE: Status("warn", "warning", gettext_lazy("Review overdue")),
    Standing.REVIEWED: Status("ok", "check", gettext_lazy("In force")),
}


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Every credential, those that still stand first."""
    found = service.register(clock.now())
    if "csv" in request.GET:
        heads = [_("Number"), _("Name"), _("Role"), _("Registered"), _("Last use"), _("Reviewed"), _("State")]
        return sheet("credentials", heads, (_cells(one) for one in found))
    page = paged(request, found)
    page |= {
        "csv": csv_address(request),
        "rows": [_row(one) for one in page["lines"]],  # type: ignore[attr-defined]  # a page of credentials
        "overdue": service.overdue(clock.now()),
    }
    return show(request, officer, "officers", "owner-officers", page)


@looked_at
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, officer: Officer, officer_number: str) -> HttpResponse:
    """One credential; posted, it is still needed."""
    found = service.credential(officer_number, clock.now())
    if request.method == "POST":
        service.confirm(number=officer_number, actor=Actor.officer(officer.number), now=clock.now())
        return redirect("owner-officers")
    page = _row(found) | {"is_herself": officer_number == officer.number}
    return show(request, officer, "officer", "owner-officers", page)


@owners_only
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, officer: Officer, officer_number: str) -> HttpResponse:
    """A page of its own, since it cannot be taken back."""
    found = service.credential(officer_number, clock.now())
    if request.method == "POST":
        service.remove(number=officer_number, actor=Actor.officer(officer.number), now=clock.now())
        return redirect("owner-officers")
    return show(request, officer, "officer_remove", "owner-officers", _row(found))


def _row(found: Credential) -> dict[str, Any]:
    return {"credential": found, "role": ROLES[found.role], "standing": STANDINGS[found.standing]}


def _cells(found: Credential) -> list[object]:
    moments = (found.registered_at, found.last_used_at, found.reviewed_at)
    times = [one.isoformat(timespec="seconds") if one else "" for one in moments]
    row = _row(found)
    return [found.number, found.name, row["role"], *times, row["standing"].word]
