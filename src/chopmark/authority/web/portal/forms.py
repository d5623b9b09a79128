"""What an applicant chooses and types on the operator's side: nothing about her person."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chopmark.look.forms import Choices

LONGEST_REQUEST = 64 * 1024
PASSWORD = {"autocomplete": "new-password", "class": "input--20"}


class KindForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Type of e-Cert"), error_messages={"required": _("Choose the type of e-Cert that you want")}
    )

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(code, name) for code, name, _hint in kinds]
        hints = {code: hint for code, _name, hint in kinds}
        self.fields["kind"] = forms.ChoiceField(
            label=_("Type of e-Cert"),
            choices=choices,
            widget=Choices(hints=hints, boxes=True),
            error_messages={"required": _("Choose the type of e-Cert that you want")},
        )


class BeginForm(forms.Form):
    """Which centre, and who makes the key."""

    outlet = forms.ChoiceField(
        label=_("Service centre"),
        help_text=_("Where you will show your identity card."),
        widget=forms.Select({"class": "input--20"}),
    )
    key_source = forms.ChoiceField(label=_("Who makes your key?"))
    csr_text = forms.CharField(
        label=_("Certificate request"),
        help_text=_(
            "Only if you make the key yourself. Paste the PKCS #10 request, or choose its file below."
        ),
        required=False,
        max_length=LONGEST_REQUEST,
        widget=forms.Textarea(
            {"rows": 6, "class": "input--code", "spellcheck": "false", "autocomplete": "off"}
        ),
    )
    csr_file = forms.FileField(label=_("File of the request"), required=False)

    def __init__(
        self, *args: Any, outlets: Sequence[tuple[str, str]], sources: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        names = {"authority": _("Make it for me"), "own": _("I have made it myself")}
        hints = {
            "authority": _("You get a file that opens with the PIN in a sealed envelope from the counter."),
            "own": _("You keep the private key. We get only a request with the public one."),
        }
        self.fields["outlet"] = forms.ChoiceField(
            label=_("Service centre"),
            help_text=_("Where you will show your identity card."),
            choices=outlets,
            widget=forms.Select({"class": "input--20"}),
        )
        self.fields["key_source"] = forms.ChoiceField(
            label=_("Who makes your key?"),
            choices=[(source, names[source]) for source in sources],
            widget=Choices(hints=hints, boxes=True),
            error_messages={"required": _("Say who makes your key")},
        )
        if "own" not in sources:
            del self.fields["csr_text"], self.fields["csr_file"]
        self.order_fields(["outlet", "key_source", "csr_text", "csr_file"])

    def clean_csr_file(self) -> bytes:
        file = self.cleaned_data["csr_file"]
        if file is None:
            return b""
        if file.size > LONGEST_REQUEST:
            raise ValidationError(_("Choose a smaller file: a request has a few kilobytes"))
        return bytes(file.read())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["csr"] = data.get("csr_file") or data.get("csr_text", "").encode()
        if data.get("key_source") == "own" and not data["csr"] and not self.errors:
            self.add_error("csr_text", _("Paste your certificate request, or choose its file"))
        return data


class AgreeForm(forms.Form):
    """The agreement, and the password that goes with the number one is about to get."""

    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("At least 12 characters. With your application number it signs you in here."),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(PASSWORD),
        error_messages={"required": _("Choose a password")},
    )
    again = forms.CharField(
        label=_("The password once more"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(PASSWORD),
        error_messages={"required": _("Type the password once more")},
    )
    agreement = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label=_("I have read the agreement and accept it"),
        error_messages={"required": _("Say that you accept the agreement, or stop here")},
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise ValidationError(_("Type the same password twice"))
        return again


class SignInForm(forms.Form):
    number = forms.CharField(
        label=_("Application number"),
        help_text=_("For example AP 2611 00419. Spaces do not matter."),
        max_length=32,
        widget=forms.TextInput(
            {"class": "input--10 input--code", "autocomplete": "username", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter your application number")},
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": "input--20"}),
        error_messages={"required": _("Enter your password")},
    )

    def clean_number(self) -> str:
        return "".join(self.cleaned_data["number"].split()).upper()


class RejectForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong?"),
        choices=[
            ("name_wrong", _("The name is wrong")),
            ("email_wrong", _("The e-mail address is wrong")),
            ("other_wrong", _("Something else is wrong")),
            ("not_wanted", _("I no longer want it")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what is wrong")},
    )


class RevokeForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why?"))
    password = forms.CharField(
        label=_("Your password, to confirm this request"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": "input--20"}),
        error_messages={"required": _("Enter your password")},
    )

    def __init__(self, *args: Any, reasons: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.ChoiceField(
            label=_("Why?"),
            help_text=_("The reason is published in the revocation list. Nothing else about you is."),
            choices=reasons,
            widget=forms.RadioSelect,
            error_messages={"required": _("Say why the certificate is revoked")},
        )
        self.order_fields(["reason", "password"])
