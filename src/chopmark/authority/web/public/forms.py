"""What one types to check a certificate."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chopmark.look.forms import DayField

LONGEST_SERIAL = 20  # octets, RFC 5280 §4.1.2.2


class CheckForm(forms.Form):
    serial = forms.CharField(
        label=_("Serial number"),
        help_text=_("It is printed in the certificate. Spaces and colons do not matter."),
        max_length=120,
        widget=forms.TextInput({"class": "input--code", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Enter the serial number of the certificate")},
    )
    day = DayField(label=_("Day, Hong Kong time"), required=False)
    time = forms.TimeField(
        label=_("Time"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TextInput({"class": "input--4", "autocomplete": "off"}),
        error_messages={"invalid": _("Enter the time as hours and minutes, such as 16:00")},
    )

    def clean_serial(self) -> bytes:
        """The DER content octets, however the number was spaced."""
        typed = "".join(self.cleaned_data["serial"].replace(":", " ").split())
        try:
            octets = bytes.fromhex(typed)
        except ValueError:
            octets = b""
        if not 0 < len(octets) <= LONGEST_SERIAL:
            raise ValidationError(_("Check the serial number: it has pairs of the figures 0 to 9 and A to F"))
        return octets

    def moment(self, now: datetime) -> datetime:
        """The moment asked about: now, unless a day was given."""
        data: dict[str, Any] = self.cleaned_data
        if not data["day"]:
            return now
        local = datetime.combine(data["day"], data["time"] or time(), tzinfo=timezone.get_current_timezone())
        return min(local, now)
