"""What a record's fields are called, on every page of the desk."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELDS: Final[dict[str, Promise]] = {
    "name": _("Name"),
    "chinese_name": _("Chinese name"),
    "hkid": _("Identity card number"),
    "birth_date": _("Date of birth"),
    "email": _("E-mail address"),
    "phone": _("Mobile number"),
    "hkid:masked": _("Identity card number, letters only"),
    "birth_date:masked": _("Year of birth"),
    "email:masked": _("E-mail address, first letter and domain"),
    "phone:masked": _("Mobile number, last four figures"),
}
# Only where it stands beside its mask.
IN_FULL: Final[dict[str, Promise]] = {
    "hkid": _("Identity card number in full"),
    "birth_date": _("Date of birth in full"),
    "email": _("E-mail address in full"),
    "phone": _("Mobile number in full"),
}


def asked_for(name: str) -> Promise:
    """A field as it is asked for: a value that could be masked says that it is in full."""
    return IN_FULL.get(name, FIELDS[name])
