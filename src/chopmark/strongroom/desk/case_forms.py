"""The forms of an officer's own case: opening one, asking for fields, answering another officer."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chopmark.look.forms import Choices
from chopmark.look.language import in_chinese
from chopmark.strongroom.desk.fields import asked_for
from chopmark.strongroom.particulars import MASKED, plain
from chopmark.strongroom.policy.models import Decline
from chopmark.strongroom.policy.shapes import Purpose
from chopmark.strongroom.services.officer_cases import askable, in_full

LONGEST_REASON = 500
LONGEST_FILE = 40
_REFERENCE = re.compile(r"[A-Z]{2}[0-9]{6,14}")
DECLINES = {
    Decline.NOT_UNDERSTOOD: _("I cannot see why it is needed"),
    Decline.LESS_IS_ENOUGH: _("Less would be enough"),
    Decline.NOT_NEEDED: _("It is not needed for this purpose"),
}


def words_of(purpose: Purpose) -> str:
    return purpose.zh if in_chinese() else purpose.en


def _why(label: Any, *, required: bool = True, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_REASON,
        help_text=hint,
        widget=forms.Textarea({"rows": "3"}),
        error_messages={"required": _("Say why you need it")},
    )


class NewCaseForm(forms.Form):
    """For what, on whose record, and why."""

    purpose = forms.ChoiceField(
        label=_("What you need it for"),
        widget=Choices(),
        error_messages={"required": _("Choose what you need it for")},
    )
    application = forms.CharField(
        label=_("Application number"),
        max_length=40,
        help_text=_("Of the person’s application, for example AP 2611 00419."),
        widget=forms.TextInput(
            {"class": "input--10 input--code", "autocomplete": "off", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the application number")},
    )
    file = forms.CharField(
        label=_("Your file’s number"),
        max_length=LONGEST_FILE,
        help_text=_("Of the enquiry, request or letter that you answer."),
        widget=forms.TextInput({"class": "input--20", "autocomplete": "off"}),
        error_messages={"required": _("Enter your file’s number")},
    )
    why = _why(
        _("Why you need it"),
        hint=_("At most 500 letters. A second officer and the records office can read it."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, purposes: list[Purpose], hints: Mapping[str, str]
    ) -> None:
        super().__init__(data)
        self.fields["purpose"].choices = [(one.name, words_of(one)) for one in purposes]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["purpose"].widget.hints = dict(hints)

    def clean_application(self) -> str:
        typed = "".join(self.cleaned_data["application"].split()).upper()
        if not _REFERENCE.fullmatch(typed):
            raise ValidationError(
                _("Enter the application number as it is written: two letters, then figures")
            )
        return typed


class FieldsForm(forms.Form):
    """Which fields; in full only with a reason. Nothing is ticked beforehand."""

    fields_asked = forms.MultipleChoiceField(
        label=_("What you need to see"),
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": _("Tick what you need to see")},
    )
    why = _why(_("Why you need it"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, purpose: Purpose) -> None:
        super().__init__(data)
        self._purpose = purpose
        names = [(name, asked_for(name)) for name in askable(purpose)]
        self.fields["fields_asked"].choices = names  # type: ignore[attr-defined]  # a MultipleChoiceField
        self.fields["why"].required = purpose.two_persons
        if not purpose.two_persons and not in_full(purpose.fields):
            del self.fields["why"]
        elif not purpose.two_persons:
            self.fields["why"].help_text = _("Only for what you need in full. The person may ask for it.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = frozenset(cleaned.get("fields_asked", ()))
        # In full says all that the mask would.
        cleaned["asked"] = frozenset(name for name in asked if not (name in MASKED and plain(name) in asked))
        if in_full(asked) and not cleaned.get("why", "").strip() and "why" not in self.errors:
            self.add_error("why", ValidationError(_("Say why you need it in full")))
        return cleaned


class DeclineForm(forms.Form):
    """Why not."""

    because = forms.ChoiceField(
        label=_("Why you do not confirm it"),
        choices=[(one.value, words) for one, words in DECLINES.items()],
        widget=Choices(),
        error_messages={"required": _("Choose why you do not confirm it")},
    )
