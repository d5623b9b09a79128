"""The owner's retention: what is due and when, what is held and why, and the confirmation that what is due is destroyed."""

from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look.forms import Choices, DayField
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches import register
from chopmark.strongroom.breaches.errors import HoldOfBreach
from chopmark.strongroom.breaches.freezing import REASON as BREACH
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.desk.owner.frame import looked_at, owners_only, paged, show
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.models import Case, Officer
from chopmark.strongroom.policy.errors import HoldEndsTooSoon, HoldUnknown, RecordUnknown
from chopmark.strongroom.policy.models import Hold
from chopmark.strongroom.policy.registers import ShreddingOrder
from chopmark.strongroom.policy.shapes import CaseKind, Shredding
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import retention
from chopmark.strongroom.services.submit import HERE

HORIZONS = (0, 30, 90, 365)
ORDERS = 5
# The policy's own words for a reason, where it uses those that came with it.
REASONS: Final[dict[str, Promise]] = {
    "audit": _("An audit"),
    BREACH: _("A breach: its evidence is frozen"),
    "complaint": _("A complaint"),
    "investigation": _("An investigation"),
    "litigation": _("A case in court"),
}


class HoldForm(forms.Form):
    """Which record, why, and until when."""

    application = forms.CharField(
        label=_("Application number"),
        max_length=40,
        help_text=_("Of the record that is to be kept, for example AP 2611 00419."),
        widget=forms.TextInput(
            {"class": "input--10 input--code", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the application number")},
    )
    reason = forms.ChoiceField(
        label=_("Why it is kept"),
        widget=Choices(),
        error_messages={"required": _("Choose why it is kept")},
    )
    until = DayField(label=_("Until"), required=False, help_text=_("Empty: until somebody lifts the hold."))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        reasons = [(name, REASONS.get(name, name)) for name in sorted(terms().retention.hold_reasons)]
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]  # a ChoiceField

    def clean_application(self) -> str:
        return "".join(self.cleaned_data["application"].split()).upper()


class ShreddingForm(forms.Form):
    """That she has looked; how many she was shown goes along."""

    expected = forms.IntegerField(widget=forms.HiddenInput())
    looked = forms.BooleanField(
        label=_("I have looked at the list of what is due and at the holds"),
        error_messages={"required": _("Say that you have looked at the list and at the holds")},
    )


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What is due now and soon, the list of it, and how far the last confirmations are."""
    now = clock.now()
    page = paged(request, retention.due_rows(now=now))
    lines: Any = page["lines"]
    orders = [_order(each, now) for each in retention.orders()[:ORDERS]]
    page |= {
        "rows": list(retention.named(lines)),
        "horizons": [
            {"days": days, "count": retention.count_due(now=now, by=now + timedelta(days=days))}
            for days in HORIZONS
        ],
        "to_confirm": retention.count_due(now=now) - (orders[0]["left"] if orders else 0),
        "held": retention.holds(now).count(),
        "by_schedule": terms().retention.shredding is Shredding.BY_SCHEDULE,
        "orders": orders,
    }
    return show(request, officer, "retention", "owner-retention", page)


@owners_only
@require_http_methods(["GET", "POST"])
def shred(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What will be destroyed, and what that means; posted, the confirmation."""
    now = clock.now()
    due = retention.count_due(now=now)
    form = ShreddingForm(request.POST if request.method == "POST" else None, initial={"expected": due})
    if form.is_bound and form.is_valid():
        retention.confirm_shredding(
            expected=form.cleaned_data["expected"], actor=Actor.officer(officer.number), now=now
        )
        return redirect("owner-retention")
    first = next((each for each in retention.due(now=now) if not each.is_held), None)
    page = {"form": form, "due": due, "first": first}
    status = 422 if form.is_bound else 200
    return show(request, officer, "shred", "owner-retention", page, status=status)


@looked_at
@require_safe
def holds(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What is held, by whom, why and until when."""
    page = paged(request, retention.holds(clock.now()))
    lines: Any = page["lines"]
    known = _applications([each.record_id for each in lines])
    page["rows"] = [
        {
            "hold": each,
            "application": known.get(each.record_id, ""),
            "reason": _reason(each),
            "breach": register.breach_holding(each),
        }
        for each in lines
    ]
    return show(request, officer, "holds", "owner-retention", page)


@owners_only
@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Hold a record."""
    form = HoldForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _placed(form, officer):
        return redirect("owner-holds")
    status = 422 if form.is_bound else 200
    return show(request, officer, "hold", "owner-retention", {"form": form}, status=status)


@owners_only
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, officer: Officer, hold_id: int) -> HttpResponse:
    """What follows when a hold ends; posted, it ends."""
    if request.method == "GET":
        held = retention.holds(clock.now()).filter(pk=hold_id).first()
        if held is None:
            raise HoldUnknown
        if register.breach_holding(held):
            raise HoldOfBreach
        page = {
            "hold": held,
            "application": _applications([held.record_id]).get(held.record_id, ""),
            "reason": _reason(held),
            "by_schedule": terms().retention.shredding is Shredding.BY_SCHEDULE,
        }
        return show(request, officer, "lift", "owner-retention", page)
    retention.lift_hold(hold_id=hold_id, actor=Actor.officer(officer.number), now=clock.now())
    return redirect("owner-holds")


def _placed(form: HoldForm, officer: Officer) -> bool:
    given = form.cleaned_data
    until = datetime.combine(given["until"], time.max, HERE) if given["until"] else None
    try:
        retention.place_holds(
            application=given["application"],
            reason=given["reason"],
            until=until,
            actor=Actor.officer(officer.number),
            now=clock.now(),
        )
    except RecordUnknown:
        form.add_error("application", gettext("Check the application number: no record has come with it"))
    except RecordShredded as refusal:
        say_at(form, "application", refusal)
    except HoldEndsTooSoon as refusal:
        say_at(form, "until", refusal)
    return form.is_valid()


def _order(order: ShreddingOrder, now: datetime) -> dict[str, Any]:
    left = retention.left_of(order, now)
    return {"order": order, "done": order.records - left, "left": left}


def _reason(hold: Hold) -> str:
    return str(REASONS.get(hold.reason, hold.reason))


def _applications(record_ids: list[Any]) -> dict[Any, str]:
    """By which number both sides know a record."""
    found = Case.objects.filter(record__in=record_ids, kind=CaseKind.APPLICATION)
    return dict(found.values_list("record", "application_reference"))
