"""The owner's register of breaches: what is open and due next, what was late for ever, and each by itself."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.strongroom import clock
from chopmark.strongroom.breaches import register
from chopmark.strongroom.breaches.clocks import Clock
from chopmark.strongroom.breaches.models import BreachKind, BreachStep, StepKind
from chopmark.strongroom.breaches.register import Standing
from chopmark.strongroom.desk.breach_forms import ReportForm
from chopmark.strongroom.desk.breach_words import KINDS, STATES, STEPS, duty, how_long
from chopmark.strongroom.desk.breaching import minutes, reported
from chopmark.strongroom.desk.owner.frame import looked_at, owners_only, paged, show
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.models import Officer

# Which steps a page offers, in the order of a breach's life.
_OFFERED = (
    StepKind.TELEPHONE,
    StepKind.PRELIMINARY,
    StepKind.COMMISSIONER,
    StepKind.PEOPLE,
    StepKind.PEOPLE_NOT,
    StepKind.INTERIM,
    StepKind.RESOLVED,
    StepKind.POST_INCIDENT,
)


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Open breaches or all of them: what is due next and when, and what was late by how long."""
    now = clock.now()
    everything = request.GET.get("show") == "all"
    found = [one for one in register.standings() if everything or one.is_open]
    page = paged(request, found)
    lines: Any = page["lines"]
    page |= {"rows": [_row(one, now) for one in lines], "everything": everything}
    return show(request, officer, "breaches", "owner-breaches", page)


@looked_at
@require_safe
def one(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """One breach: its clocks, its steps, its evidence."""
    now, standing = clock.now(), register.standing(number)
    page = _row(standing, now) | {
        "duties": [_duty(each, now) for each in standing.clocks],
        "steps": [_step(each) for each in reversed(standing.steps)],
        "offered": [{"kind": kind.value, "words": STEPS[kind]} for kind in _offered(standing)],
        "freezes": register.freezes(standing.breach),
        "records": register.count_records(standing.breach),
        "key": str(own_key()),
    }
    return show(request, officer, "breach", "owner-breaches", page)


@owners_only
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, officer: Officer) -> HttpResponse:
    """The owner found it herself, or writes down what she was told."""
    form = ReportForm(request.POST if request.method == "POST" else None, now=clock.now())
    if form.is_bound and form.is_valid() and (breach := reported(form, officer)):
        return redirect("owner-breach", breach.number)
    page = {"form": form, "minutes": minutes()}
    status = 422 if form.is_bound else 200
    return show(request, officer, "breach_new", "owner-breaches", page, status=status)


@looked_at
@require_safe
def checkpoint(request: HttpRequest, officer: Officer, number: int, freeze_id: int) -> HttpResponse:
    """The head of the log that a freeze pinned, as a file for `chopmark log verify --since`."""
    frozen = register.freezes(register.breach_of(number)).filter(pk=freeze_id).exclude(checkpoint="").first()
    if frozen is None:
        raise Http404
    response = HttpResponse(frozen.checkpoint, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="checkpoint-{frozen.tree_size}"'
    return response


def _offered(standing: Standing) -> list[StepKind]:
    closed = {StepKind.RESOLVED, StepKind.INTERIM} if standing.is_resolved else {StepKind.POST_INCIDENT}
    return [kind for kind in _OFFERED if kind not in closed]


def _row(standing: Standing, now: datetime) -> dict[str, Any]:
    due = standing.next
    return {
        "standing": standing,
        "breach": standing.breach,
        "kind": KINDS[BreachKind(standing.breach.kind)],
        "next": _duty(due, now) if due else None,
        "soon": [duty(each) for each in standing.clocks if each.is_owed and each.due_at is None],
        "late": [_duty(each, now) for each in standing.late(now)],
        "overdue": [_duty(each, now) for each in standing.overdue(now)],
    }


def _duty(one: Clock, now: datetime) -> dict[str, Any]:
    late, state = one.late_by(now), one.state(now)
    return {
        "clock": one,
        "words": duty(one),
        "state": state.value,
        "state_words": STATES[state],
        "late": how_long(late) if late else "",
    }


def _step(one: BreachStep) -> dict[str, Any]:
    # Moments are shown to the minute.
    is_later = one.written_at - one.happened_at >= timedelta(minutes=1)
    return {"step": one, "words": STEPS[StepKind(one.kind)], "is_later": is_later}
