"""The words for what the register of breaches refuses; `strongroom/problems.py` has the shape and the rest."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

_BACK = _("Go back to the breach, and look at how it stands.")
_CORRECT = _("Correct what the page names, and send it again.")

# Status of HTTP, what happened, what to do.
ROWS: Final[dict[str, tuple[int, Any, Any]]] = {
    "breach_unknown": (404, _("The register has no such breach"), _("Go back to the register of breaches.")),
    "breach_moment_wrong": (
        422,
        _("Check the day and the time: they must have come, and not lie before what they follow"),
        _CORRECT,
    ),
    "breach_words_missing": (422, _("Write what is asked for: something must stand here"), _CORRECT),
    "breach_words_name": (
        422,
        _("Take out identity card numbers and e-mail addresses: the register names no person"),
        _CORRECT,
    ),
    "breach_resolved": (409, _("The breach is resolved already"), _BACK),
    "breach_not_resolved": (409, _("The breach is not resolved yet"), _BACK),
    "evidence_frozen_already": (409, _("The evidence of this breach is frozen already"), _BACK),
    "evidence_not_frozen": (
        409,
        _("The evidence of this breach is not frozen"),
        _("Freeze it first, then take records into the list."),
    ),
    "hold_of_breach": (
        409,
        _("This hold keeps the evidence of a breach"),
        _("It ends when an officer lifts the freeze, on the page of the breach."),
    ),
    "openings_changed": (
        409,
        _("What was opened has changed since it was counted"),
        _("Count again, then take the records. Nothing was taken."),
    ),
    "no_records_to_take": (
        422,
        _("There is no record to take: none was opened so, or all are in the list or destroyed"),
        _("Check the number, the days and the times."),
    ),
    "too_many_records_at_once": (
        422,
        _("These are more records than may be taken at once"),
        _("Take a shorter time, then the next."),
    ),
}
