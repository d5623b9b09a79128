"""The desk's forms: each field is read by the strongroom's own rule, and says its refusal in words."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chopmark.look.forms import DayField, printed, private
from chopmark.pki.refusals import Refusal
from chopmark.strongroom import hkid
from chopmark.strongroom.errors import PasswordsDiffer
from chopmark.strongroom.particulars import (
    Particulars,
    read_birth_date,
    read_chinese_name,
    read_email,
    read_name,
    read_phone,
)
from chopmark.strongroom.problems import words_for

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

T = TypeVar("T")

_LONGEST_TYPED = 300
_PHOTOGRAPH = _("The photograph is of the person in front of me")


def read(rule: Callable[[str], T], typed: str) -> T:
    """Apply a rule to what was typed; its refusal becomes the words at the field."""
    try:
        return rule(typed)
    except Refusal as refusal:
        raise ValidationError(str(words_for(refusal).says), code=refusal.code) from refusal


def _text(
    label: "StrOrPromise",
    missing: "StrOrPromise | None",
    *,
    help_text: "StrOrPromise" = "",
    width: str = "20",
    **attrs: str,
) -> forms.CharField:
    code = " input--code" if attrs.pop("code", "") else ""
    return forms.CharField(
        label=label,
        required=missing is not None,
        max_length=_LONGEST_TYPED,
        help_text=help_text,
        widget=forms.TextInput({"class": f"input--{width}{code}", **attrs}),
        error_messages={"required": missing} if missing else None,
    )


def _hkid_field(**attrs: str) -> forms.CharField:
    return _text(
        _("Identity card number"),
        _("Enter the identity card number"),
        width="10",
        code="yes",
        autocomplete="off",
        spellcheck="false",
        **attrs,
    )


class ParticularsForm(forms.Form):
    """Who the applicant is, as on her identity card."""

    name = printed(
        _text(
            _("Name in English"),
            _("Enter your name in English"),
            help_text=_("Surname first. At most 64 letters."),
            autocomplete="name",
            lang="en",
        )
    )
    chinese_name = private(_text(_("Name in Chinese"), None, width="10", lang="zh-Hant-HK"))
    hkid = private(_hkid_field())
    birth_date = private(
        DayField(birthday=True, label=_("Date of birth"), help_text=_("For example, 27 3 1988."))
    )
    email = printed(
        _text(
            _("E-mail for signing"),
            None,
            help_text=_("Only if you will sign or receive e-mail with this certificate."),
            autocomplete="email",
            inputmode="email",
        )
    )
    phone = private(
        _text(
            _("Mobile number for notices"),
            _("Enter your mobile number"),
            width="10",
            autocomplete="tel",
            inputmode="tel",
        )
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        super().__init__(data)
        self._today = today
        self.fields["hkid"].help_text = _(
            "With the figure in brackets, for example A123456(3). "
            "The number itself is never in the certificate."
        )

    def clean_name(self) -> str:
        return read(read_name, self.cleaned_data["name"])

    def clean_chinese_name(self) -> str | None:
        return read(read_chinese_name, self.cleaned_data["chinese_name"])

    def clean_hkid(self) -> str:
        return read(hkid.normalise, self.cleaned_data["hkid"])

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        return read(lambda _typed: read_birth_date(born, today=self._today), "")

    def clean_email(self) -> str | None:
        return read(read_email, self.cleaned_data["email"])

    def clean_phone(self) -> str:
        return read(read_phone, self.cleaned_data["phone"])

    @property
    def particulars(self) -> Particulars:
        return Particulars(**self.cleaned_data)


class _Forgetful(forms.TextInput):
    """An input that never shows again what was typed into it."""

    def format_value(self, value: Any) -> None:
        return None


class CardForm(forms.Form):
    """The number as an officer reads it from the original card; never written back into the page."""

    hkid = _hkid_field(autofocus="autofocus")

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["hkid"].help_text = _("As printed on the original card, with the figure in brackets.")
        attrs = self.fields["hkid"].widget.attrs
        self.fields["hkid"].widget = _Forgetful(attrs | {"class": "input--10 input--code input--scan"})

    def clean_hkid(self) -> str:
        return read(hkid.normalise, self.cleaned_data["hkid"])


class DeclarationForm(forms.Form):
    """What only the officer's eyes can say."""

    original = forms.BooleanField(
        label=_("I hold the original card, and it is not damaged or altered"),
        error_messages={"required": _("Say that you hold the original card, or go back to the counter")},
    )
    face = forms.BooleanField(
        label=_PHOTOGRAPH,
        error_messages={
            "required": _("Say that the photograph is of this person, or go back to the counter")
        },
    )


class OfficerSignInForm(forms.Form):
    """Number, password and what the device shows."""

    number = _text(
        _("Officer’s number"), _("Enter your number"), width="10", autocomplete="username", spellcheck="false"
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=_LONGEST_TYPED,
        strip=False,
        widget=forms.PasswordInput({"class": "input--20", "autocomplete": "current-password"}),
        error_messages={"required": _("Enter your password")},
    )
    code = _text(
        _("One-time code"),
        _("Enter the six figures from your device"),
        help_text=_("Six figures from your device."),
        width="4",
        autocomplete="one-time-code",
        inputmode="numeric",
    )


class WelcomeForm(forms.Form):
    """An officer's first password, twice, and the first code of her device."""

    password = forms.CharField(
        label=_("New password"),
        max_length=_LONGEST_TYPED,
        strip=False,
        help_text=_("At least 12 characters."),
        widget=forms.PasswordInput({"class": "input--20", "autocomplete": "new-password"}),
        error_messages={"required": _("Choose a password")},
    )
    again = forms.CharField(
        label=_("The same password again"),
        max_length=_LONGEST_TYPED,
        strip=False,
        widget=forms.PasswordInput({"class": "input--20", "autocomplete": "new-password"}),
        error_messages={"required": _("Type the password a second time")},
    )
    code = _text(
        _("One-time code"),
        _("Enter the six figures from your device"),
        help_text=_("Six figures that your device shows after you have scanned the picture."),
        width="4",
        autocomplete="one-time-code",
        inputmode="numeric",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"password", "again"} <= cleaned.keys() and cleaned["password"] != cleaned["again"]:
            self.add_error("again", ValidationError(str(words_for(PasswordsDiffer()).says)))
        return cleaned


class SubjectSignInForm(forms.Form):
    """Who wants to read the history of her record."""

    hkid = _hkid_field()
    code = _text(
        _("Access code"),
        _("Enter the access code"),
        help_text=_("The 12 letters and figures that we showed you once, when you gave your details."),
        width="10",
        code="yes",
        autocomplete="off",
        spellcheck="false",
    )

    def clean_hkid(self) -> str:
        return read(hkid.normalise, self.cleaned_data["hkid"])


def say_at(form: forms.Form, field: str, refusal: Refusal) -> None:
    """Put a service's refusal at the field it is about."""
    form.add_error(field, ValidationError(str(words_for(refusal).says), code=refusal.code))
