"""The owner's register of privacy impact assessments: versions, reviews, and the purposes that none covers."""

from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look.forms import Choices, DayField
from chopmark.look.language import in_chinese
from chopmark.look.sheets import sheet
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.forms import say_at
from chopmark.strongroom.desk.owner import words
from chopmark.strongroom.desk.owner.frame import csv_address, looked_at, owners_only, show
from chopmark.strongroom.models import Officer
from chopmark.strongroom.policy.errors import AssessmentDaysWrong
from chopmark.strongroom.policy.registers import Assessment, Risk
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import assessments as service
from chopmark.strongroom.services.assessments import Cover, Covered, Findings
from chopmark.strongroom.services.submit import HERE

RISKS: Final[dict[Risk, Promise]] = {
    Risk.LOW: gettext_lazy("Low"),
    Risk.MEDIUM: gettext_lazy("Medium"),
    Risk.HIGH: gettext_lazy("High"),
}
COVERS: Final[dict[Cover, Promise]] = {
    Cover.CHANGED: gettext_lazy("Changed since"),
    Cover.COVERED: gettext_lazy("Covered"),
    Cover.MISSING: gettext_lazy("Not covered"),
    Cover.OVERDUE: gettext_lazy("Review overdue"),
}
LONGEST = 4000


def _line(label: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=120,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": missing},
    )


def _text(label: Any, missing: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=missing is not None,
        max_length=LONGEST,
        help_text=hint,
        widget=forms.Textarea({"rows": "4"}),
        error_messages={"required": missing} if missing else None,
    )


class AssessmentForm(forms.Form):
    """One version of an assessment."""

    title = _line(gettext_lazy("What was assessed"), gettext_lazy("Enter what was assessed"))
    changed = _text(
        gettext_lazy("What is new or has changed"), gettext_lazy("Enter what is new or has changed")
    )
    assessed_on = DayField(label=gettext_lazy("Assessed on"))
    assessor = _line(gettext_lazy("Assessed by"), gettext_lazy("Enter who assessed it"))
    risk = forms.ChoiceField(
        label=gettext_lazy("Risk that is left"),
        choices=[(one.value, said) for one, said in RISKS.items()],
        widget=Choices(),
        error_messages={"required": gettext_lazy("Choose the risk that is left")},
    )
    risks = _text(gettext_lazy("Risks to people"), gettext_lazy("Enter the risks to people"))
    measures = _text(gettext_lazy("Measures"), gettext_lazy("Enter the measures"))
    comments = _text(gettext_lazy("Comments of the Privacy Commissioner"), None)
    clauses = _text(
        gettext_lazy("Clauses of the contract, and controls"),
        None,
        gettext_lazy("Which of them put the measures into effect."),
    )
    next_review = DayField(label=gettext_lazy("Next review"))
    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("Purposes that it covers"),
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": gettext_lazy("Tick the purposes that it covers")},
    )

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        given = [(name, words.purpose(name)) for name in terms().purposes]
        self.fields["purposes"].choices = given  # type: ignore[attr-defined]  # a MultipleChoiceField

    @property
    def findings(self) -> Findings:
        given = self.cleaned_data
        return Findings(**given | {"risk": Risk(given["risk"]), "purposes": frozenset(given["purposes"])})


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    """The newest version of each, and how every purpose of the policy is covered."""
    now, found = clock.now(), service.register()
    if "csv" in request.GET:
        heads = [_("Number"), _("Version"), _("What was assessed"), _("Assessed on"), _("Risk that is left")]
        heads += [_("Next review"), _("Purposes that it covers")]
        return sheet("assessments", heads, (_cells(each) for each in found))
    covered = service.coverage(now)
    page = {
        "csv": csv_address(request),
        "rows": [_row(each) for each in found],
        "covered": [_covered(each) for each in covered],
        "open": sum(each.cover is not Cover.COVERED for each in covered),
        "today": now.astimezone(HERE).date(),
    }
    return show(request, officer, "assessments", "owner-assessments", page)


@owners_only
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, officer: Officer, number: int | None = None) -> HttpResponse:
    """A new assessment, or the next version of one, which begins with the words of the last."""
    last = service.versions(number)[0] if number is not None else None
    form = AssessmentForm(request.POST if request.method == "POST" else None, initial=_begun(last))
    if form.is_bound and form.is_valid():
        try:
            written = service.write_assessment(
                findings=form.findings,
                number=number,
                actor=Actor.officer(officer.number),
                now=clock.now(),
            )
        except AssessmentDaysWrong as refusal:
            say_at(form, "assessed_on", refusal)
        else:
            return redirect("owner-assessment", written.number)
    page = {"form": form, "last": last}
    status = 422 if form.is_bound else 200
    return show(request, officer, "assessment_new", "owner-assessments", page, status=status)


@looked_at
@require_safe
def one(request: HttpRequest, officer: Officer, number: int) -> HttpResponse:
    """All versions of one, the newest first; for paper too."""
    page = {"number": number, "versions": [_row(each) for each in service.versions(number)]}
    return show(request, officer, "assessment", "owner-assessments", page)


def _begun(last: Assessment | None) -> dict[str, Any]:
    """What stays the same until somebody says otherwise; days and what has changed are always new."""
    if last is None:
        return {}
    kept = ("title", "assessor", "risks", "measures", "comments", "clauses")
    purposes = [name for name in last.purposes if name in terms().purposes]
    return {name: getattr(last, name) for name in kept} | {"purposes": purposes, "risk": last.risk}


def _row(one: Assessment) -> dict[str, Any]:
    joint = "、" if in_chinese() else ", "
    return {
        "one": one,
        "risk": RISKS[Risk(one.risk)],
        "purposes": joint.join(words.purpose(name) for name in one.purposes),
    }


def _covered(each: Covered) -> dict[str, Any]:
    said = each.purpose.zh if in_chinese() else each.purpose.en
    return {"purpose": said, "cover": each.cover.value, "words": COVERS[each.cover], "by": each.by}


def _cells(one: Assessment) -> list[object]:
    row = _row(one)
    days = one.assessed_on.isoformat(), one.next_review.isoformat()
    return [one.reference, one.version, one.title, days[0], row["risk"], days[1], row["purposes"]]
