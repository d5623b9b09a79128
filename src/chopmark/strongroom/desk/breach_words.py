"""What pages say of breaches: what happened, what is due, how late, what was done; in the page's language."""

from datetime import timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.strongroom.breaches.clocks import Clock, Duty, State
from chopmark.strongroom.breaches.models import BreachKind, StepKind

KINDS: Final[dict[BreachKind, Promise]] = {
    BreachKind.DISCLOSED: gettext_lazy("Records were shown or given without leave"),
    BreachKind.INTRUSION: gettext_lazy("Somebody got into a system"),
    BreachKind.ALTERED: gettext_lazy("Records were changed without leave"),
    BreachKind.LOST: gettext_lazy("Records were lost or cannot be reached"),
    BreachKind.OTHER: gettext_lazy("Something else"),
}
# The same for her whose record it was.
TO_SUBJECT: Final[dict[BreachKind, Promise]] = {
    BreachKind.DISCLOSED: gettext_lazy("records were shown or given to somebody without leave"),
    BreachKind.INTRUSION: gettext_lazy("somebody got into a system that can ask for records"),
    BreachKind.ALTERED: gettext_lazy("records were changed without leave"),
    BreachKind.LOST: gettext_lazy("records were lost or could not be reached"),
    BreachKind.OTHER: gettext_lazy("records were not kept as they must be"),
}
DUTIES: Final[dict[Duty, Promise]] = {
    Duty.TELEPHONE: gettext_lazy("First report, by telephone"),
    Duty.FIRST_REPORT: gettext_lazy("First report, at this desk"),
    Duty.PRELIMINARY: gettext_lazy("Preliminary report in writing"),
    Duty.COMMISSIONER: gettext_lazy("Notice to the Privacy Commissioner"),
    Duty.PEOPLE: gettext_lazy("Notice to the people concerned"),
    Duty.INTERIM: gettext_lazy("Interim report"),
    Duty.POST_INCIDENT: gettext_lazy("Post-incident report"),
}
STATES: Final[dict[State, Promise]] = {
    State.DONE: gettext_lazy("Done in time"),
    State.DONE_LATE: gettext_lazy("Done late"),
    State.MISSED: gettext_lazy("Never done"),
    State.OVERDUE: gettext_lazy("Overdue"),
    State.WAITING: gettext_lazy("To be done"),
}
STEPS: Final[dict[StepKind, Promise]] = {
    StepKind.TELEPHONE: gettext_lazy("Told by telephone"),
    StepKind.TAKEN_OVER: gettext_lazy("Taken over"),
    StepKind.PRELIMINARY: gettext_lazy("Preliminary report"),
    StepKind.INTERIM: gettext_lazy("Interim report"),
    StepKind.RESOLVED: gettext_lazy("Resolved"),
    StepKind.POST_INCIDENT: gettext_lazy("Post-incident report"),
    StepKind.COMMISSIONER: gettext_lazy("Privacy Commissioner told"),
    StepKind.PEOPLE: gettext_lazy("People concerned told"),
    StepKind.PEOPLE_NOT: gettext_lazy("People concerned not told: not practicable"),
}
_A_DAY = timedelta(days=1)


def duty(clock: Clock) -> str:
    """What is owed; the interim reports are counted."""
    words = str(DUTIES[clock.duty])
    if clock.duty is Duty.INTERIM:
        return _("%(report)s %(nth)s") % {"report": words, "nth": clock.nth}
    return words


def duty_of_key(key: str) -> str:
    """The same from a clock's key, as an alert keeps it; a key of some other time is its own word."""
    name, _slash, nth = key.partition("/")
    if name not in list(Duty) or not (nth or "1").isdigit():
        return key
    return duty(Clock(duty=Duty(name), due_at=None, nth=int(nth or 1)))


def how_long(time: timedelta) -> str:
    """Days and hours; below a day hours, minutes and seconds."""
    if time < _A_DAY:
        return formats.duration(int(time.total_seconds()), chinese=in_chinese())
    hours = time.seconds // 3600
    days = ngettext("%(days)s day", "%(days)s days", time.days) % {"days": formats.number(time.days)}
    if not hours:
        return days
    return _("%(days)s %(hours)s h") % {"days": days, "hours": hours}
