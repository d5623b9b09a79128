"""What an operator types to agree to a campaign."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from chopmark.authority.web.staff.forms import code_field


class ApproveForm(forms.Form):
    # What she has read, not what stands there when the form arrives.
    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    code = code_field()

    def clean_digest(self) -> bytes:
        try:
            return bytes.fromhex(self.cleaned_data["digest"])
        except ValueError:
            raise ValidationError(_("Load the page again to see how things stand now.")) from None
