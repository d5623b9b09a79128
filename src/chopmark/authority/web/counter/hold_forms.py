"""What an officer takes down of a request about a certificate."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from chopmark.authority.catalogue.types import RevocationRule
from chopmark.authority.catalogue.words import Asker
from chopmark.authority.revocation.asking import Asked, Means
from chopmark.authority.revocation.policy import may_have_held
from chopmark.authority.web.public.forms import CheckForm
from chopmark.authority.web.words import ASKERS, MEANS, WHY_ASKED
from chopmark.look.forms import Choices
from chopmark.pki.reasons import CRLReason

Rules = Mapping[Asker, RevocationRule]


class FindCertificateForm(CheckForm):
    day = None  # type: ignore[assignment]  # Django's way to leave out a field of the parent
    time = None  # type: ignore[assignment]  # as above


class ReleaseForm(forms.Form):
    """Who says that the hold may end, how, and on which paper."""

    asked_by = forms.ChoiceField(label=_("Who asks?"))
    means = forms.ChoiceField(
        label=_("How did the request come?"),
        choices=[(str(means), word) for means, word in MEANS.items()],
        widget=Choices(),
        error_messages={"required": _("Say how the request came")},
    )
    document = forms.CharField(
        label=_("Number of the paper, or of the note of the call"),
        help_text=_("The number under which it is kept, never the number or name of a person."),
        max_length=64,
        validators=[
            RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9 ./-]*$", _("Use figures, Latin letters, and . / - only"))
        ],
        widget=forms.TextInput({"class": "input--20 input--code", "autocomplete": "off"}),
        error_messages={"required": _("Enter the number of the paper or note")},
    )

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked_by"] = forms.ChoiceField(
            label=_("Who asks?"),
            choices=[(str(asker), ASKERS[asker]) for asker in self.askers(rules)],
            widget=Choices(),
            error_messages={"required": _("Say who asks")},
        )

    @staticmethod
    def askers(rules: Rules) -> Rules:
        return rules

    def asked(self) -> Asked:
        data = self.cleaned_data
        reason = CRLReason(int(data["reason"])) if data.get("reason") else None
        return Asked(
            by=Asker(data["asked_by"]), means=Means(data["means"]), document=data["document"], reason=reason
        )


class ConfirmForm(ReleaseForm):
    """The same with a reason, which stands in the list."""

    def __init__(self, *args: Any, rules: Rules, **kwargs: Any) -> None:
        super().__init__(*args, rules=rules, **kwargs)
        permitted = {reason for rule in self.askers(rules).values() for reason in rule.reasons}
        self.fields["reason"] = forms.ChoiceField(
            label=_("Why?"),
            choices=[(str(int(reason)), word) for reason, word in WHY_ASKED.items() if reason in permitted],
            widget=Choices(),
            error_messages={"required": _("Say why")},
        )
        self.order_fields(["asked_by", "reason", "means", "document"])


class HoldForm(ConfirmForm):
    """Only those whose unconfirmed request suspends first."""

    @staticmethod
    def askers(rules: Rules) -> Rules:
        return may_have_held(rules)
