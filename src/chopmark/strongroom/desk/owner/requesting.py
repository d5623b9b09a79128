"""The owner's queue of subjects' requests, answering one, telling its fee, and the log of what was refused (s. 27)."""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look import formats
from chopmark.look.forms import Choices
from chopmark.look.sheets import sheet
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.desk.owner.frame import (
    csv_address,
    looked_at,
    only_looks,
    owners_only,
    paged,
    show,
)
from chopmark.strongroom.desk.requesting import OUTCOMES, field_words, ground_words, state_of
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, Officer
from chopmark.strongroom.policy.errors import (
    ApplicationStillOpen,
    FeeNotAllowed,
    RecordKeptAsItIs,
    RequestNotKnown,
)
from chopmark.strongroom.policy.privacy import RequestKind
from chopmark.strongroom.policy.requests import RequestAnswer, RequestOutcome, SubjectRequest
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import data_requests as service
from chopmark.strongroom.services import kept_requests
from chopmark.strongroom.services.data_requests import Reply
from chopmark.strongroom.services.submit import HERE

KINDS: Final[dict[RequestKind, Promise]] = {
    RequestKind.ACCESS: gettext_lazy("Access"),
    RequestKind.CORRECTION: gettext_lazy("Correction"),
}
LONGEST_ANSWER = 1000
CENTS = 100


class AnswerForm(forms.Form):
    """What was done, on which ground if something was refused, and what to tell her."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("The answer"),
        choices=[(outcome.value, words) for outcome, words in OUTCOMES.items()],
        widget=Choices(),
        error_messages={"required": gettext_lazy("Choose the answer")},
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("On which ground, if something is refused"),
        required=False,
        widget=forms.Select(),
    )
    words = forms.CharField(
        label=gettext_lazy("What to tell the person"),
        max_length=LONGEST_ANSWER,
        help_text=gettext_lazy(
            "What was given or done and how, or why not. In her language; only she and the owner’s officers can read it."
        ),
        widget=forms.Textarea({"rows": "4"}),
        error_messages={"required": gettext_lazy("Write what to tell the person")},
    )

    def __init__(self, data: Any = None, *, kind: RequestKind) -> None:
        super().__init__(data)
        grounds = [(one.name, ground_words(one.name)) for one in terms().requests.grounds_of(kind)]
        self.fields["ground"].choices = [("", _("Nothing is refused")), *grounds]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "outcome" in cleaned and "ground" in cleaned:
            refuses = cleaned["outcome"] != RequestOutcome.COMPLIED
            if refuses and not cleaned["ground"]:
                self.add_error("ground", _("Choose the ground on which it is refused"))
            if not refuses and cleaned["ground"]:
                self.add_error("ground", _("Leave the ground out if nothing is refused"))
        return cleaned

    @property
    def reply(self) -> Reply:
        given = self.cleaned_data
        return Reply(outcome=RequestOutcome(given["outcome"]), ground=given["ground"], words=given["words"])


class FeeForm(forms.Form):
    """What access will cost."""

    amount = forms.DecimalField(
        label=gettext_lazy("Fee in Hong Kong dollars"),
        min_value=Decimal("0.01"),
        max_digits=8,
        decimal_places=2,
        widget=forms.TextInput({"class": "input--10", "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter the fee"),
            "invalid": gettext_lazy("Enter the fee in figures, for example 40"),
            "min_value": gettext_lazy("Enter a fee above nothing, or tell none"),
            "max_digits": gettext_lazy("Enter the fee in figures, for example 40"),
            "max_decimal_places": gettext_lazy("Enter the fee in dollars and cents"),
            "max_whole_digits": gettext_lazy("Enter the fee in figures, for example 40"),
        },
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        most = formats.money(terms().requests.most_fee_minor)
        self.fields["amount"].help_text = _("At most %(most)s, as the policy says.") % {"most": most}

    @property
    def amount_minor(self) -> int:
        return int(self.cleaned_data["amount"] * CENTS)


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What waits, the nearest day first, then what was answered; as a file too."""
    found, today = kept_requests.queue(), _today()
    if "csv" in request.GET:
        heads = [_("Request"), _("Kind"), _("Made"), _("Answer by"), _("Days left"), _("State")]
        return sheet("data-requests", heads, (_cells(one, today) for one in found))
    page = paged(request, found)
    lines: Any = page["lines"]
    page |= {"csv": csv_address(request), "rows": [_row(one, today) for one in lines]}
    return show(request, officer, "data_requests", "owner-data-requests", page)


@looked_at
@require_safe
def refusals(request: HttpRequest, officer: Officer) -> HttpResponse:
    """The log of refusals: which request, why and when, by whom; as a file too."""
    found = kept_requests.refusals()
    if "csv" in request.GET:
        heads = [_("Request"), _("Kind"), _("Made"), _("Answered"), _("State"), _("Ground"), _("Officer")]
        return sheet("data-refusals", heads, (_refusal_cells(one) for one in found))
    page = paged(request, found)
    lines: Any = page["lines"]
    page |= {"csv": csv_address(request), "rows": [_refusal(one) for one in lines]}
    return show(request, officer, "data_refusals", "owner-data-requests", page)


@sensitive_post_parameters()
@looked_at
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, officer: Officer, request_id: int) -> HttpResponse:
    """One request; posted, its answer."""
    asked = _found(request_id)
    form = AnswerForm(request.POST if request.method == "POST" else None, kind=RequestKind(asked.kind))
    if form.is_bound and form.is_valid():
        try:
            _answer(asked, form.reply, officer)
        except (ApplicationStillOpen, RecordKeptAsItIs) as refusal:
            say_at(form, "outcome", refusal)
        else:
            return redirect("owner-data-request", request_id)
    page = _row(asked, _today()) | {"form": form, "application": _application(asked)}
    page |= {"may_cost": asked.kind == RequestKind.ACCESS and terms().requests.most_fee_minor}
    # What she wrote and what she was told are theirs: who only looks reads the days and the grounds.
    if not only_looks(officer):
        page |= _words(asked, officer)
    status = 422 if form.is_bound else 200
    return show(request, officer, "data_request", "owner-data-requests", page, status=status)


@owners_only
@require_http_methods(["GET", "POST"])
def fee(request: HttpRequest, officer: Officer, request_id: int) -> HttpResponse:
    """What access will cost, told before it is charged."""
    asked = _found(request_id)
    form = FeeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            service.tell_fee(
                request_id=request_id,
                amount_minor=form.amount_minor,
                actor=Actor.officer(officer.number),
                now=clock.now(),
            )
        except FeeNotAllowed as refusal:
            say_at(form, "amount", refusal)
        else:
            return redirect("owner-data-request", request_id)
    page = _row(asked, _today()) | {"form": form}
    status = 422 if form.is_bound else 200
    return show(request, officer, "data_request_fee", "owner-data-requests", page, status=status)


def days_words(left: int) -> str:
    """How long there is to answer, or how long it is late."""
    if left < 0:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", -left) % {"n": -left}
    if left == 0:
        return _("Today is the last day")
    return ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}


def _found(request_id: int) -> SubjectRequest:
    found = kept_requests.queue().select_related("record").filter(pk=request_id).first()
    if found is None:
        raise RequestNotKnown
    return found


def _answer(asked: SubjectRequest, reply: Reply, officer: Officer) -> None:
    actor, now = Actor.officer(officer.number), clock.now()
    service.answer_request(request_id=asked.pk, reply=reply, keys=keyring(), actor=actor, now=now)


def _today() -> date:
    return clock.now().astimezone(HERE).date()


def _row(asked: SubjectRequest, today: date) -> dict[str, Any]:
    answer: RequestAnswer | None = getattr(asked, "answer", None)
    fee = getattr(asked, "fee", None)
    left = kept_requests.days_left(asked, today)
    return {
        "one": asked,
        "kind": KINDS[RequestKind(asked.kind)],
        "field": field_words(asked.field) if asked.field else "",
        "answer": answer,
        "state": state_of(answer),
        "late": answer is not None and kept_requests.is_late(answer),
        "ground": ground_words(answer.ground) if answer else "",
        "left": "" if answer else days_words(left),
        "overdue": answer is None and left < 0,
        "soon": answer is None and 0 <= left <= terms().requests.warn_days_left,
        "fee": fee,
        "agreement": getattr(fee, "agreement", None),
    }


def _words(asked: SubjectRequest, officer: Officer) -> dict[str, object]:
    actor, now = Actor.officer(officer.number), clock.now()
    words, said = service.read_request(request_id=asked.pk, keys=keyring(), actor=actor, now=now)
    return {"words": words, "said": said, "reads": True}


def _application(asked: SubjectRequest) -> str:
    """By which number her papers are found."""
    of = Case.objects.filter(record=asked.record_id, kind=CaseKind.APPLICATION)
    return of.exclude(confirmed_at=None).values_list("application_reference", flat=True).first() or ""


def _refusal(answer: RequestAnswer) -> dict[str, Any]:
    return {
        "answer": answer,
        "one": answer.request,
        "kind": KINDS[RequestKind(answer.request.kind)],
        "state": state_of(answer),
        "ground": ground_words(answer.ground),
        "late": kept_requests.is_late(answer),
    }


def _cells(asked: SubjectRequest, today: date) -> list[object]:
    row = _row(asked, today)
    left = "" if row["answer"] else kept_requests.days_left(asked, today)
    return [asked.reference, row["kind"], _day(asked), asked.due_on.isoformat(), left, row["state"]]


def _refusal_cells(answer: RequestAnswer) -> list[object]:
    row, asked = _refusal(answer), answer.request
    on = answer.answered_at.astimezone(HERE).date().isoformat()
    number = answer.officer.number
    return [asked.reference, row["kind"], _day(asked), on, row["state"], row["ground"], number]


def _day(asked: SubjectRequest) -> str:
    return asked.made_at.astimezone(HERE).date().isoformat()
