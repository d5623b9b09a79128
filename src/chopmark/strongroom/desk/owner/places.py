"""From where records are opened, as the owner's pages say and ask it: this desk, or an outlet in the operator's word."""

import re

from django.utils.translation import gettext as _

from chopmark.strongroom.overview import Place
from chopmark.strongroom.purposes import AUTHORITY, DESK

_OUTLET = re.compile(r"[A-Za-z0-9-]{0,32}")


def read(asked: str) -> Place | None:
    """The place that an address asks for; none, if it is no door and no outlet's name."""
    caller, _slash, outlet = asked.partition("/")
    return Place(caller, outlet) if caller in (AUTHORITY, DESK) and _OUTLET.fullmatch(outlet) else None


def words(place: Place) -> str:
    """What it is called on a page."""
    if place.caller == DESK:
        return _("At the desk")
    return place.outlet or _("No outlet was named")
