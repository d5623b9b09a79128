"""The owner is told in time of requests that are to be answered: once when few days are left, once when it is too late."""

from datetime import date, datetime, timedelta
from typing import Final

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.leaves import act, hold_order, leave, leave_with
from chopmark.strongroom.policy.models import Alert
from chopmark.strongroom.policy.requests import SubjectRequest
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import kept_requests
from chopmark.strongroom.services.kept_requests import days_left
from chopmark.strongroom.services.submit import HERE
from chopmark.strongroom.tags import Tag

# No pattern of a policy has such a name: theirs are keys of TOML, and these have a space.
DUE: Final = "request due"
OVERDUE: Final = "request overdue"
ASKER: Final = "request/"


def remind(*, actor: Actor, now: datetime) -> int:
    """Raise the alerts that are due and were not raised yet; answers how many."""
    return _raise(actor=actor, now=now) if _owed(now) else 0


@act(Tag.ALERT_RAISED)
def _raise(*, actor: Actor, now: datetime) -> int:
    # The log's order is held from here: another sweep beside this one finds nothing left.
    hold_order()
    owed = _owed(now)
    for request, pattern in owed:
        facts = {"pattern": pattern, "asker": asker_of(request)}
        alert = Alert(**facts, purpose="", count=1, raised_at=now)
        leave_with(alert, actor=actor, payload=facts, now=now)
    if not owed:
        leave(actor=actor, payload={"alerts": 0}, now=now)
    return len(owed)


def asker_of(request: SubjectRequest) -> str:
    """By what an alert names a request."""
    return f"{ASKER}{request.reference}"


def _owed(now: datetime) -> list[tuple[SubjectRequest, str]]:
    today = _today(now)
    soon = today + timedelta(days=terms().requests.warn_days_left)
    found = [
        (one, _pattern(one, today))
        for one in kept_requests.unanswered().filter(due_on__lte=soon).order_by("due_on", "pk")
    ]
    told = Alert.objects.filter(pattern__in=[DUE, OVERDUE], asker__in=[asker_of(one) for one, _ in found])
    known = set(told.values_list("asker", "pattern"))
    return [(one, pattern) for one, pattern in found if (asker_of(one), pattern) not in known]


def _pattern(request: SubjectRequest, today: date) -> str:
    return OVERDUE if days_left(request, today) < 0 else DUE


def _today(now: datetime) -> date:
    return now.astimezone(HERE).date()
