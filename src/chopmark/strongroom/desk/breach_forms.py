"""The forms of the register of breaches: the first report, each further step, whose records, and the end of a freeze."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.look.forms import Choices, DayField
from chopmark.strongroom.breaches.affected import Seen
from chopmark.strongroom.breaches.models import Breach, BreachKind, StepKind
from chopmark.strongroom.breaches.reporting import Call, Report, Step
from chopmark.strongroom.breaches.words import said, unnamed
from chopmark.strongroom.desk.breach_words import KINDS
from chopmark.strongroom.desk.forms import read
from chopmark.strongroom.services.submit import HERE

LONGEST = 4000
MOST_APPLICATIONS = 50
MOST_PEOPLE = 10_000_000
_REFERENCE = re.compile(r"[A-Z]{2}[0-9]{6,14}")
_OFFICER = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._-]{0,31}")
_NO_NAMES = _("Name no person: write officers’ numbers and what happened.")
_NOT_YET = _("Enter a moment that has come")
_NOT_BEFORE = _("Enter a moment that is not before the breach was detected")


def _text(label: Any, missing: Any, hint: Any = _NO_NAMES) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=missing is not None,
        max_length=LONGEST,
        help_text=hint,
        widget=forms.Textarea({"rows": "4"}),
        error_messages={"required": missing} if missing else None,
    )


def _line(label: Any, missing: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=missing is not None,
        max_length=64,
        help_text=hint,
        widget=forms.TextInput({"class": "input--20", "autocomplete": "off"}),
        error_messages={"required": missing} if missing else None,
    )


def _time(label: Any, *, required: bool = True) -> forms.TimeField:
    words = _("Enter the time as hours and minutes, such as 16:00")
    return forms.TimeField(
        label=label,
        required=required,
        input_formats=["%H:%M"],
        help_text=_("24 hours, Hong Kong time, for example 16:00."),
        widget=forms.TextInput({"class": "input--4", "autocomplete": "off", "inputmode": "text"}),
        error_messages={"required": words, "invalid": words},
    )


def _people(label: Any, *, required: bool, hint: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=0,
        max_value=MOST_PEOPLE,
        help_text=hint,
        widget=forms.TextInput({"class": "input--10", "inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": _("Enter how many people, as figures"),
            "invalid": _("Enter how many people, as figures"),
            "min_value": _("Enter how many people, as figures"),
            "max_value": _("Enter how many people, as figures"),
        },
    )


def _applications(label: Any, missing: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=missing is not None,
        max_length=LONGEST,
        help_text=_(
            "Application numbers, each on a line of its own, at most 50. Only record numbers are kept."
        ),
        widget=forms.Textarea({"rows": "3", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": missing} if missing else None,
    )


def _read_applications(typed: str) -> frozenset[str]:
    numbers = frozenset("".join(line.split()).upper() for line in typed.splitlines() if line.strip())
    if len(numbers) > MOST_APPLICATIONS or not all(map(_REFERENCE.fullmatch, numbers)):
        raise ValidationError(
            _("Enter the application numbers as they are written, each on a line of its own, at most 50")
        )
    return numbers


def _moment(given: Mapping[str, Any], name: str) -> datetime | None:
    """A day and a time of the form as one moment, or nothing, where one of them could not be read."""
    day, hour = given.get(f"{name}_on"), given.get(f"{name}_at")
    return datetime.combine(day, hour, HERE) if day and hour else None


class ReportForm(forms.Form):
    """What was found, when, and whom she has called."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[(one.value, words) for one, words in KINDS.items()],
        widget=Choices(),
        error_messages={"required": _("Choose what happened")},
    )
    detected_on = DayField(label=_("Detected on"))
    detected_at = _time(_("Detected at"))
    what = _text(_("What is known so far"), _("Write what is known so far"))
    people = _people(
        _("How many people it concerns"), required=False, hint=_("Empty, if nobody knows yet. 0, if none.")
    )
    applications = _applications(_("Records that it concerns, if you know some"), None)
    whom = _line(
        _("Whom you told by telephone"),
        None,
        _("The office and the officer’s number. Empty, if you have not called yet: call now."),
    )
    called_on = DayField(label=_("Called on"), required=False)
    called_at = _time(_("Called at"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, now: datetime) -> None:
        today = now.astimezone(HERE).date()
        super().__init__(data, initial={"detected_on": today})
        self._now = now

    def clean_what(self) -> str:
        return read(said, self.cleaned_data["what"])

    def clean_whom(self) -> str:
        return read(unnamed, self.cleaned_data["whom"])

    def clean_applications(self) -> frozenset[str]:
        return _read_applications(self.cleaned_data["applications"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        detected = _moment(cleaned, "detected")
        if detected and detected > self._now:
            self.add_error("detected_at", _NOT_YET)
        if any(cleaned.get(name) for name in ("whom", "called_on", "called_at")):
            self._clean_call(cleaned, detected)
        return cleaned

    def _clean_call(self, cleaned: dict[str, Any], detected: datetime | None) -> None:
        if not cleaned.get("whom") and "whom" not in self.errors:
            self.add_error("whom", _("Write whom you told"))
        called = _moment(cleaned, "called")
        if called is None and not {"called_on", "called_at"} & self.errors.keys():
            self.add_error("called_on", _("Enter the day and the time of the call"))
        elif called and called > self._now:
            self.add_error("called_at", _NOT_YET)
        elif called and detected and called < detected:
            self.add_error("called_at", _NOT_BEFORE)

    @property
    def report(self) -> Report:
        given = self.cleaned_data
        called = _moment(given, "called")
        return Report(
            kind=BreachKind(given["kind"]),
            detected_at=datetime.combine(given["detected_on"], given["detected_at"], HERE),
            what=given["what"],
            people=given["people"],
            applications=given["applications"],
            call=Call(whom=given["whom"], at=called) if called else None,
        )


# What each step asks for; the words are those beside the field of that step.
_WORDS: Final[dict[StepKind, tuple[Promise, Promise | None]]] = {
    StepKind.TELEPHONE: (_("Who was told"), _("Write who was told")),
    StepKind.PRELIMINARY: (_("Preliminary report"), _("Write the report")),
    StepKind.INTERIM: (_("Interim report"), _("Write the report")),
    StepKind.RESOLVED: (_("How it was resolved"), _("Write how it was resolved")),
    StepKind.POST_INCIDENT: (_("Post-incident report"), _("Write the report")),
    StepKind.COMMISSIONER: (_("What was said"), None),
    StepKind.PEOPLE: (_("How they were told"), _("Write how they were told")),
    StepKind.PEOPLE_NOT: (_("Why it is not practicable"), _("Write why it is not practicable")),
}
_ASKS_WHEN = frozenset({StepKind.TELEPHONE, StepKind.RESOLVED, StepKind.COMMISSIONER, StepKind.PEOPLE})
_ASKS_PEOPLE: Final[dict[StepKind, tuple[Promise, bool]]] = {
    StepKind.PEOPLE: (_("How many were told"), True),
    StepKind.PRELIMINARY: (_("How many people it concerns, as known now"), False),
    StepKind.INTERIM: (_("How many people it concerns, as known now"), False),
    StepKind.POST_INCIDENT: (_("How many people it concerns, as known now"), False),
}


class StepForm(forms.Form):
    """One further step of a breach; which fields it has is its kind's."""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, kind: StepKind, breach: Breach, now: datetime
    ) -> None:
        super().__init__(data, initial={"done_on": now.astimezone(HERE).date()})
        self._kind, self._breach, self._now = kind, breach, now
        if kind in _ASKS_WHEN:
            self.fields["done_on"] = DayField(label=_("Day"))
            self.fields["done_at"] = _time(_("Time"))
        if kind in _ASKS_PEOPLE:
            label, required = _ASKS_PEOPLE[kind]
            self.fields["people"] = _people(label, required=required)
        if kind is StepKind.COMMISSIONER:
            self.fields["reference"] = _line(
                _("The Commissioner’s reference"), None, _("Empty, until there is one.")
            )
        label, missing = _WORDS[kind]
        self.fields["words"] = _text(label, missing)

    def clean_words(self) -> str:
        return read(unnamed, self.cleaned_data["words"])

    def clean_reference(self) -> str:
        return read(unnamed, self.cleaned_data["reference"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        at = _moment(cleaned, "done")
        if at and at > self._now:
            self.add_error("done_at", _NOT_YET)
        # She writes minutes; what was detected within that minute is not before itself.
        elif at and at + timedelta(minutes=1) <= self._breach.detected_at:
            self.add_error("done_at", _NOT_BEFORE)
        return cleaned

    @property
    def step(self) -> Step:
        given = self.cleaned_data
        at = _moment(given, "done")
        return Step(
            kind=self._kind,
            at=max(at, self._breach.detected_at) if at else None,
            words=given["words"],
            reference=given.get("reference", ""),
            people=given.get("people"),
        )


class SeenForm(forms.Form):
    """What somebody opened; posted a second time with how many records she was shown, they are taken."""

    officer = _line(
        _("Number of the officer, or name of the process"),
        _("Enter the number of the officer"),
        _("As in the table of openings. What the operator’s system says of her is counted too."),
    )
    outlet = _line(_("Only from this outlet"), None, _("Empty: from everywhere."))
    begins_on = DayField(label=_("From, day"))
    begins_at = _time(_("From, time"))
    ends_on = DayField(label=_("Until, day"))
    ends_at = _time(_("Until, time"))

    def clean_officer(self) -> str:
        return self._name("officer")

    def clean_outlet(self) -> str:
        return self._name("outlet")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = _moment(cleaned, "begins"), _moment(cleaned, "ends")
        if begins and ends and ends <= begins:
            self.add_error("ends_at", _("Enter a moment that is after the first one"))
        return cleaned

    def _name(self, field: str) -> str:
        typed: str = self.cleaned_data[field].strip()
        if typed and not _OFFICER.fullmatch(typed):
            raise ValidationError(_("Enter it as it stands in the table of openings"))
        return typed

    @property
    def seen(self) -> Seen:
        given = self.cleaned_data
        return Seen(
            officer=given["officer"],
            begins=datetime.combine(given["begins_on"], given["begins_at"], HERE),
            ends=datetime.combine(given["ends_on"], given["ends_at"], HERE),
            outlet=given["outlet"],
        )


class ExpectedForm(forms.Form):
    """How many records she was shown."""

    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput())


class ApplicationsForm(forms.Form):
    """Records by the numbers of their applications."""

    applications = _applications(_("Records that it concerns"), _("Enter the application numbers"))

    def clean_applications(self) -> frozenset[str]:
        return _read_applications(self.cleaned_data["applications"])


class LiftForm(forms.Form):
    """Why the evidence is needed no longer."""

    reason = _text(_("Why the evidence is needed no longer"), _("Write why it is needed no longer"))

    def clean_reason(self) -> str:
        return read(said, self.cleaned_data["reason"])
