"""What staff type to sign in, and to be able to."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chopmark.authority.web.words import CLEARANCES, WHY_LEAVE
from chopmark.look.forms import Choices, DayField

NEW_PASSWORD = {"autocomplete": "new-password", "class": "input--20"}


def code_field() -> forms.CharField:
    return forms.CharField(
        label=_("Code from your authenticator"),
        help_text=_("Six figures."),
        max_length=10,
        widget=forms.TextInput(
            {"class": "input--4 input--code", "inputmode": "numeric", "autocomplete": "one-time-code"}
        ),
        error_messages={"required": _("Enter the six figures that the authenticator shows")},
    )


class StaffSignInForm(forms.Form):
    number = forms.CharField(
        label=_("Staff number"),
        max_length=32,
        widget=forms.TextInput(
            {"class": "input--10 input--code", "autocomplete": "username", "autofocus": True}
        ),
        error_messages={"required": _("Enter your staff number")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": "input--20"}),
        error_messages={"required": _("Enter your password")},
    )
    code = code_field()


class NewPasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 12 characters."),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        error_messages={"required": _("Choose a password")},
    )
    again = forms.CharField(
        label=_("The password once more"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        error_messages={"required": _("Type the password once more")},
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError(_("Type the same password twice"))
        return again


class CodeForm(forms.Form):
    code = code_field()


class ClearedForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What was done?"),
        choices=[(str(kind), word) for kind, word in CLEARANCES.items()],
        widget=Choices(),
        error_messages={"required": _("Say what was done")},
    )
    done_on = DayField(
        label=_("On which day?"),
        help_text=_("The day on the paper, not the day on which you type it."),
        error_messages={"required": _("Enter the day on which it was done")},
    )


class LeavesForm(forms.Form):
    leaves_on = DayField(
        label=_("Last day of work"),
        help_text=_("Her access ends now, whichever day it is."),
        error_messages={"required": _("Enter her last day of work")},
    )
    reason = forms.ChoiceField(
        label=_("Why does she leave?"),
        choices=[(str(reason), word) for reason, word in WHY_LEAVE.items()],
        widget=Choices(),
        error_messages={"required": _("Say why she leaves")},
    )
