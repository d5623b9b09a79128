"""`/officer/breaches/…`: whoever finds that something went wrong with records says so at once, and the evidence is frozen."""

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches import register, reporting
from chopmark.strongroom.breaches.models import Breach, BreachKind
from chopmark.strongroom.desk.breach_forms import ReportForm
from chopmark.strongroom.desk.breach_words import KINDS
from chopmark.strongroom.desk.case_frame import officers_only, show
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.models import Officer
from chopmark.strongroom.policy.errors import AskerSlowed, AskerStopped, RecordUnknown
from chopmark.strongroom.purposes import terms


@require_safe
@officers_only
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What she reported herself, and whether it was in time."""
    now = clock.now()
    rows = [
        {"one": one, "kind": KINDS[BreachKind(one.breach.kind)], "was_late": bool(one.clocks[1].late_by(now))}
        for one in register.reported_by(officer)
    ]
    return show(request, officer, "breaches", "officer-breaches", {"rows": rows})


@require_http_methods(["GET", "POST"])
@officers_only
def new(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What was found; posted, the report."""
    form = ReportForm(request.POST if request.method == "POST" else None, now=clock.now())
    if form.is_bound and form.is_valid() and reported(form, officer):
        return redirect("officer-breaches")
    status = 422 if form.is_bound else 200
    page = {"form": form, "minutes": minutes()}
    return show(request, officer, "breach_new", "officer-breaches", page, status=status)


def reported(form: ReportForm, officer: Officer) -> Breach | None:
    """The breach, or nothing where a number that she gave leads nowhere, which the form then says."""
    try:
        return reporting.report(given=form.report, actor=Actor.officer(officer.number), now=clock.now())
    except RecordUnknown:
        say_unknown(form)
    except (AskerSlowed, AskerStopped) as refusal:
        # She guessed too often before; without numbers she can report it all the same.
        say_at(form, "applications", refusal)
    return None


def say_unknown(form: Form) -> None:
    form.add_error("applications", _("Check the application numbers: no record has come with one of them"))


def minutes() -> int:
    """Within how many minutes the owner wants to know."""
    return int(terms().breaches.first_report_within.total_seconds() // 60)
