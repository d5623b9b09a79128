"""The words for what is refused of a notice; `strongroom/problems.py` has the shape and the rest."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

# The sentence of `strongroom/problems.py`.
_OWNER = _("Ask the office that keeps the records.")

# Status of HTTP, what happened, what to do.
ROWS: Final[dict[str, tuple[int, Any, Any]]] = {
    "notice_unknown": (404, _("The office that keeps the records has no such letter"), _OWNER),
    "notice_parameters_wrong": (422, _("The letter needs other details than were given"), _OWNER),
    "notice_reference_taken": (409, _("Another letter was asked for under this reference"), _OWNER),
    "notice_not_allowed": (403, _("Nobody may be written to about this record now"), _OWNER),
    "purpose_only_delivers": (403, _("What this purpose opens is written to, and never shown"), _OWNER),
}
