"""What an officer types at the counter. The next field has the focus: the only face that moves it there."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class FindForm(forms.Form):
    reference = forms.CharField(
        label=_("Application number"),
        help_text=_("For example AP 2611 00419. Spaces do not matter."),
        max_length=32,
        widget=forms.TextInput(
            {"class": "input--10 input--code input--scan", "autocomplete": "off", "autofocus": True}
        ),
        error_messages={"required": _("Enter the application number")},
    )


class FeeForm(forms.Form):
    method = forms.ChoiceField(
        label=_("Paid by"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Say how the fee was paid")},
    )

    def __init__(self, *args: Any, methods: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["method"] = forms.ChoiceField(
            label=_("Paid by"),
            choices=methods,
            widget=forms.RadioSelect({"autofocus": True}),
            error_messages={"required": _("Say how the fee was paid")},
        )


class EnvelopeForm(forms.Form):
    envelope = forms.CharField(
        label=_("Envelope number"),
        help_text=_("As it stands outside, for example 0481 7236-5."),
        max_length=16,
        widget=forms.TextInput(
            {"class": "input--10 input--code input--scan", "autocomplete": "off", "autofocus": True}
        ),
        error_messages={"required": _("Scan or type the envelope number")},
    )


class EvidenceForm(forms.Form):
    document = forms.CharField(
        label=_("Number of the document"),
        help_text=_("The number of the document, never of a person."),
        max_length=64,
        widget=forms.TextInput({"class": "input--20 input--code", "autocomplete": "off", "autofocus": True}),
        error_messages={"required": _("Enter the number of the document")},
    )


REFUSALS: list[tuple[str, object]] = [
    ("identity_not_shown", _("The identity card was not shown, or is not the original")),
    ("identity_differs", _("The card does not fit the application")),
    ("not_eligible", _("The applicant may not have this type")),
    ("documents_missing", _("A document that the type asks for is missing")),
    ("applicant_asked", _("The applicant asks to stop")),
]


class RefuseForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Why?"),
        help_text=_("The applicant is told the reason."),
        choices=REFUSALS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say why the application is refused")},
    )
