"""What the owner's pages say of patterns, askers and findings, in the page's language."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.strongroom.breaches.overdue import ASKER as BREACH
from chopmark.strongroom.desk.breach_words import duty_of_key
from chopmark.strongroom.notices import sending
from chopmark.strongroom.policy.models import BREACH_OVERDUE, Alert, Finding
from chopmark.strongroom.policy.shapes import Counts, Per
from chopmark.strongroom.purposes import DESK, terms
from chopmark.strongroom.services import request_clock

FINDINGS: Final[dict[Finding, Promise]] = {
    Finding.ORDINARY: gettext_lazy("There was an ordinary reason"),
    Finding.TAKEN_UP: gettext_lazy("Taken up with the operator"),
    Finding.MISUSE: gettext_lazy("Misuse: it is being dealt with"),
}
_COUNTED: Final[dict[Counts, Promise]] = {
    Counts.FINDS: gettext_lazy("Searches for the same person"),
    Counts.OPENINGS: gettext_lazy("Openings"),
    Counts.REFUSALS: gettext_lazy("Refusals"),
    Counts.REFUSALS_IN_A_ROW: gettext_lazy("Refusals, one after the other"),
    Counts.UNKNOWN_CASES: gettext_lazy("Cases that do not exist"),
}
# What the owner is told of that no pattern of her policy counts.
_OTHERWISE: Final[dict[str, Promise]] = {
    BREACH_OVERDUE: gettext_lazy("A report of a breach that is overdue"),
    request_clock.DUE: gettext_lazy("A data request is to be answered within days"),
    request_clock.OVERDUE: gettext_lazy("A data request is overdue"),
    sending.PATTERN: gettext_lazy("Letters to subjects that could not be delivered"),
}
_PER: Final[dict[Per, Promise]] = {
    Per.CALLER: gettext_lazy("through one door"),
    Per.OFFICER: gettext_lazy("by one officer"),
    Per.OUTLET: gettext_lazy("from one outlet"),
}


def pattern(name: str) -> str:
    """What was counted, by whom, in how long; its own name if the policy has it no more."""
    if name in _OTHERWISE:
        return str(_OTHERWISE[name])
    rule = next((one for one in terms().patterns if one.name == name), None)
    if rule is None:
        return name
    minutes = int(rule.within.total_seconds() // 60)
    words = _("%(counted)s %(per)s within %(minutes)s minutes") % {
        "counted": _COUNTED[rule.counts],
        "per": _PER[rule.per],
        "minutes": minutes,
    }
    return _("%(pattern)s, at night") % {"pattern": words} if rule.at_night else words


def asker(name: str) -> str:
    """Who asked: an officer at the desk, the operator's system, or an outlet as that system says."""
    if name == sending.ASKER:
        return _("Our own post")
    kind, _slash, who = name.partition("/")
    if name.startswith(BREACH):
        return _("Breach %(reference)s") % {"reference": who}
    if name.startswith(request_clock.ASKER):
        return _("Data request %(reference)s") % {"reference": " ".join(formats.reference(who))}
    if kind == "outlet":
        return _("Outlet %(outlet)s, as the operator’s system says") % {"outlet": who}
    if kind == DESK:
        return _("Officer %(number)s, at this desk") % {"number": who} if who else _("This desk")
    return _("The operator’s system (%(actor)s)") % {"actor": who} if who else _("The operator’s system")


def about(alert: Alert) -> str:
    """For what purpose records were asked for, or which report is overdue."""
    return duty_of_key(alert.purpose) if alert.pattern == BREACH_OVERDUE else purpose(alert.purpose)


def purpose(name: str) -> str:
    """A purpose in words; one that was never agreed is the caller's own, and may be anything: it is not repeated."""
    if not name:
        return "–"
    agreed = terms().purposes.get(name)
    if agreed is None:
        return _("A purpose that was not agreed")
    return agreed.zh if in_chinese() else agreed.en
