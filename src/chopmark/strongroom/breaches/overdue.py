"""Each report that is overdue is told to the owner once, as an alert like any other."""

from datetime import datetime

from django.db import IntegrityError

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches import register
from chopmark.strongroom.breaches.clocks import Clock
from chopmark.strongroom.breaches.models import Breach
from chopmark.strongroom.leaves import act, leave_with
from chopmark.strongroom.policy.models import BREACH_OVERDUE, Alert
from chopmark.strongroom.tags import Tag

# Before the breach's reference, where an alert says who asked.
ASKER = "breach/"


def tell_owner(*, actor: Actor, now: datetime) -> int:
    """Raise an alert for every report that is overdue now and was not told of yet; answers how many."""
    overdue = [(one.breach, late) for one in register.standings() for late in one.overdue(now)]
    return sum(_tell_once(breach, late, actor, now) for breach, late in overdue)


def _tell_once(breach: Breach, late: Clock, actor: Actor, now: datetime) -> bool:
    if Alert.objects.filter(pattern=BREACH_OVERDUE, asker=_asker(breach), purpose=late.key).exists():
        return False
    try:
        _raise(breach=breach, late=late, actor=actor, now=now)
    except IntegrityError:  # another desk's clock was quicker: the unique line decides
        return False
    return True


@act(Tag.ALERT_RAISED)
def _raise(*, breach: Breach, late: Clock, actor: Actor, now: datetime) -> None:
    alert = Alert(pattern=BREACH_OVERDUE, asker=_asker(breach), purpose=late.key, count=1, raised_at=now)
    payload = {"pattern": BREACH_OVERDUE, "breach": breach.number, "report": late.key}
    leave_with(alert, actor=actor, payload=payload, now=now)


def _asker(breach: Breach) -> str:
    return f"{ASKER}{breach.reference}"


def breach_number(alert: Alert) -> int | None:
    """Which breach an alert is about; none, if it is about something else."""
    return int(alert.asker.rpartition("-")[2]) if alert.pattern == BREACH_OVERDUE else None
