"""Hand-overs between steps: an event is a row in the effect's own transaction, delivered at least once afterwards.

A crash between commit and delivery leaves the row waiting; a crash during delivery delivers it again, so handlers may run twice.
"""

import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db.models import F, QuerySet

from chopmark.authority.kernel import clock
from chopmark.authority.kernel.models import Handover

log = structlog.get_logger("outbox")

Event = Any
Handler = Callable[[Sequence[Event], datetime], None]
SOONEST_RETRY = timedelta(milliseconds=250)
LATEST_RETRY = timedelta(minutes=5)
LEASE = timedelta(seconds=10)
FEW = 10  # one drain takes no more than it handles well within a lease, which runs from the drain's `now`
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)

_events: dict[str, type] = {}
_name_of: dict[type, str] = {}
_last: set[str] = set()


class NotYet(Exception):
    """A handler's way to say that what it waits for (a checkpoint, a key) has not come: deliver the event again later."""


def event(name: str, *, last: bool = False) -> Callable[[type], type]:
    """Register a frozen dataclass as an event under its lasting name; what is `last` waits until nothing else is due."""

    def register(kind: type) -> type:
        _events[name] = kind
        _name_of[kind] = name
        if last:
            _last.add(name)
        return kind

    return register


def registered() -> Mapping[str, type]:
    return dict(_events)


def hand_on(fact: Event, *, due_at: datetime = AT_ONCE) -> None:
    """Tell whoever comes next, in this transaction or not at all; what is due at a moment comes after all news."""
    Handover.objects.create(
        name=_name_of[type(fact)], facts=asdict(fact), handed_on_at=clock.now(), due_at=due_at
    )


def waits(kind: type, **facts: Any) -> bool:
    """Whether such a fact, of these values, is yet to be heard."""
    return _unheard(kind, facts).exists()


def waiting(kind: type, **facts: Any) -> list[Event]:
    """The facts of this kind, of these values, that are yet to be heard."""
    return [kind(**said) for said in _unheard(kind, facts).values_list("facts", flat=True)]


def fresh(limit: int) -> int:
    """How much news waits that nobody has tried to hear yet; nobody counts past the limit."""
    return Handover.objects.filter(handled_at=None, due_at=AT_ONCE)[:limit].count()


def _unheard(kind: type, facts: Mapping[str, Any]) -> QuerySet[Handover]:
    named = {f"facts__{name}": value for name, value in facts.items()}
    return Handover.objects.filter(handled_at=None, name=_name_of[kind], **named)


def drain(routes: Mapping[type, Iterable[Handler]], *, now: datetime, limit: int = FEW) -> int:
    """Deliver what waits; several workers may drain at once. Answers how many were handled.

    News comes before what was put back, so that many who wait for a signer that is away hold up nobody else. What is to come
    last comes behind both, and one at a time: each may fill a lease, and what falls due meanwhile goes before the next.
    """
    due = Handover.objects.filter(handled_at=None, due_at__lte=now).order_by("due_at", "id")
    waiting = list(due.exclude(name__in=_last)[:limit]) or due.filter(name__in=_last)[:1]
    return sum(_deliver(row, routes, now) for row in waiting)


def _deliver(row: Handover, routes: Mapping[type, Iterable[Handler]], now: datetime) -> bool:
    # 1. Take the row for a while. A crash after this line leaves it to whoever comes after the lease.
    mine = Handover.objects.filter(id=row.id, handled_at=None, due_at=row.due_at)
    if not mine.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return False

    # 2. Tell the handlers, outside any transaction of ours: each opens its own, and some talk to the strongroom.
    try:
        _tell(row, routes, now)
    except NotYet:
        _put_back(row, now + SOONEST_RETRY)
    except Exception as error:  # noqa: BLE001  # one bad event must not stop the others; it is tried again, ever more slowly
        _put_back(row, now + min(SOONEST_RETRY * 2 ** min(row.attempts, 12), LATEST_RETRY))
        # Frames only, no message: it may quote a row.
        log.error(  # noqa: TRY400
            "handover_failed",
            event_name=row.name,
            id=row.id,
            attempts=row.attempts + 1,
            error=type(error).__name__,
            frames=traceback.format_tb(error.__traceback__),
        )
    else:
        # 3. A crash before this line tells them again.
        return bool(Handover.objects.filter(id=row.id).update(handled_at=now))
    return False


def _put_back(row: Handover, due_at: datetime) -> None:
    Handover.objects.filter(id=row.id).update(due_at=due_at)


def _tell(row: Handover, routes: Mapping[type, Iterable[Handler]], now: datetime) -> None:
    kind = _events[row.name]
    for handler in routes[kind]:
        handler([kind(**row.facts)], now)


def seconds_until_next(now: datetime) -> float | None:
    """How long until something waiting falls due; nothing waits: None."""
    due_at = (
        Handover.objects.filter(handled_at=None).order_by("due_at").values_list("due_at", flat=True).first()
    )
    return None if due_at is None else max(0.0, (due_at - now).total_seconds())
