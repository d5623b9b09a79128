"""The owner's list of complaints, and answering one: an opening by its number, never whose record it was."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look.forms import Choices
from chopmark.strongroom import clock, overview
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.complaining import OUTCOMES
from chopmark.strongroom.desk.owner.frame import looked_at, only_looks, paged, show
from chopmark.strongroom.errors import ComplaintUnknown
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import proofs
from chopmark.strongroom.models import Complaint, Officer, Opening, Outcome
from chopmark.strongroom.policy.registers import OfficerCase
from chopmark.strongroom.services import complaints, officer_cases

LONGEST_ANSWER = 500


class AnswerForm(forms.Form):
    """What was found, and what to say about it."""

    outcome = forms.ChoiceField(
        label=_("What you found"),
        choices=[(outcome.value, words) for outcome, words in OUTCOMES.items()],
        widget=Choices(),
        error_messages={"required": _("Choose what you found")},
    )
    words = forms.CharField(
        label=_("What to tell the person"),
        required=False,
        max_length=LONGEST_ANSWER,
        help_text=_("At most 500 letters, in her language. Only she and the owner’s officers can read it."),
        widget=forms.Textarea({"rows": "4"}),
    )


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    return show(request, officer, "complaints", "owner-complaints", paged(request, overview.complaints()))


@sensitive_post_parameters()
@looked_at
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, officer: Officer, complaint_id: int) -> HttpResponse:
    """One complaint with its answers; posted, a further answer."""
    complaint = (
        Complaint.objects.select_related("opening__case", "opening__record").filter(pk=complaint_id).first()
    )
    if complaint is None:
        raise ComplaintUnknown
    form = AnswerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        _answer(complaint, form.cleaned_data, officer)
        return redirect("owner-complaint", complaint_id)
    page = {"complaint": complaint, "line": _line(complaint), "form": form}
    # The words on it are the subject's and the owner's own: who only looks reads what was found, and opens nothing.
    answers = _outcomes(complaint) if only_looks(officer) else _answers(complaint)
    page |= {"answers": answers, "settled": complaints.is_settled(complaint)}
    return show(request, officer, "complaint", "owner-complaints", page, status=422 if form.is_bound else 200)


def _answer(complaint: Complaint, given: dict[str, Any], officer: Officer) -> None:
    complaints.answer_complaint(
        complaint_id=complaint.pk,
        outcome=Outcome(given["outcome"]),
        words=given["words"],
        keys=keyring(),
        actor=Actor.officer(officer.number),
        now=clock.now(),
    )


def _line(complaint: Complaint) -> dict[str, object]:
    from chopmark.strongroom.desk.history import described

    return {
        **described(complaint.opening),
        "at": complaint.opening.at,
        "entry": proofs.positions([complaint.opening_id])[complaint.opening_id],
        "application": case.application_reference if (case := complaint.opening.case) else "",
        **_reasons(complaint.opening),
    }


def _reasons(opening: Opening) -> dict[str, object]:
    """What the officer said of an opening under a case of her own: the owner reads it to judge the complaint."""
    of = OfficerCase.objects.select_related("case__record").filter(case=opening.case_id).first()
    if of is None:
        return {}
    keys = keyring()
    return {
        "said": officer_cases.said(of, keys=keys),
        "reason": officer_cases.reason_of(opening, keys=keys),
        "application": of.application,
    }


def _outcomes(complaint: Complaint) -> list[dict[str, object]]:
    found = complaint.answers.order_by("leaf_id").values("outcome", "officer", "answered_at")
    return [{"answer": answer, "found": OUTCOMES[Outcome(answer["outcome"])]} for answer in found]


def _answers(complaint: Complaint) -> list[dict[str, object]]:
    return [
        {"answer": answer, "found": OUTCOMES[answer.outcome]}
        for answer in complaints.answers(complaint, keys=keyring())
    ]
