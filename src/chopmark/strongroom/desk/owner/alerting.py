"""The owner's alerts and stops: what was not ordinary, who was stopped for it, and what she found."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look.forms import Choices
from chopmark.look.sheets import sheet
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches.overdue import breach_number
from chopmark.strongroom.desk.owner import words
from chopmark.strongroom.desk.owner.frame import csv_address, looked_at, paged, show
from chopmark.strongroom.models import Officer
from chopmark.strongroom.policy.errors import AlertUnknown
from chopmark.strongroom.policy.models import Alert, Finding, Suspension
from chopmark.strongroom.services import alerts as service


class FindingForm(forms.Form):
    """What was found."""

    finding = forms.ChoiceField(
        label=gettext_lazy("What you found"),
        choices=[(one.value, said) for one, said in words.FINDINGS.items()],
        widget=Choices(),
        error_messages={"required": gettext_lazy("Choose what you found")},
    )


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Open alerts or all of them, and who is stopped now."""
    everything = request.GET.get("show") == "all"
    found = service.all_alerts() if everything else service.all_alerts().filter(acknowledged=None)
    if "csv" in request.GET:
        heads = [_("Raised"), _("What was counted"), _("Who"), _("Times"), _("Found")]
        return sheet("alerts", heads, (_cells(one) for one in found))
    page = paged(request, found)
    page |= {
        "csv": csv_address(request),
        "everything": everything,
        "rows": [_row(one) for one in page["lines"]],  # type: ignore[attr-defined]  # a page of alerts
        "stops": [_stop(one) for one in service.suspensions()],
    }
    return show(request, officer, "alerts", "owner-alerts", page)


@looked_at
@require_http_methods(["GET", "POST"])
def alert(request: HttpRequest, officer: Officer, alert_id: int) -> HttpResponse:
    """One alert; posted, what was found."""
    known = service.all_alerts().filter(pk=alert_id).first()
    if known is None:
        raise AlertUnknown
    form = FindingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        service.acknowledge(
            alert_id=alert_id,
            finding=Finding(form.cleaned_data["finding"]),
            actor=Actor.officer(officer.number),
            now=clock.now(),
        )
        return redirect("owner-alerts")
    page = _row(known) | {"form": form}
    return show(request, officer, "alert", "owner-alerts", page, status=422 if form.is_bound else 200)


@looked_at
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, officer: Officer, stop_id: int) -> HttpResponse:
    """One stopped asker; posted, she may go on."""
    known = Suspension.objects.filter(pk=stop_id, lifted=None).first()
    if known is None:
        raise AlertUnknown
    form = FindingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        service.release_asker(
            suspension_id=stop_id,
            finding=Finding(form.cleaned_data["finding"]),
            actor=Actor.officer(officer.number),
            now=clock.now(),
        )
        return redirect("owner-alerts")
    page = _stop(known) | {"form": form}
    return show(request, officer, "stop", "owner-alerts", page, status=422 if form.is_bound else 200)


def _row(one: Alert) -> dict[str, Any]:
    seen = getattr(one, "acknowledged", None)
    return {
        "alert": one,
        "what": words.pattern(one.pattern),
        "who": words.asker(one.asker),
        "purpose": words.about(one),
        "breach": breach_number(one),
        "seen": seen,
        "found": words.FINDINGS[Finding(seen.finding)] if seen and seen.finding else "",
    }


def _stop(one: Suspension) -> dict[str, Any]:
    return {"stop": one, "what": words.pattern(one.pattern), "who": words.asker(one.asker)}


def _cells(one: Alert) -> list[object]:
    row = _row(one)
    return [one.raised_at.isoformat(timespec="seconds"), row["what"], row["who"], one.count, row["found"]]
