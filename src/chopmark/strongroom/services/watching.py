"""Who asks in a way that is not ordinary: the owner is told, the asker is slowed, then stopped."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from chopmark.strongroom.actors import WATCH
from chopmark.strongroom.errors import CaseUnknown
from chopmark.strongroom.leaves import leave
from chopmark.strongroom.policy.errors import AskerSlowed, AskerStopped
from chopmark.strongroom.policy.shapes import Counts, Pattern, Per
from chopmark.strongroom.policy_models import Alert, Attempt, Suspension
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.tags import Tag

# Order of the locks: the asker's, the case, the openings', the log's, and this one last.
_ASKER_LOCK = 0x5376
_WATCH_LOCK = (0x5374, 3)
HERE = ZoneInfo("Asia/Hong_Kong")
FORGOTTEN_AFTER = timedelta(days=2)  # no pattern looks back further than a day
# Being told to wait is no new misdeed, and being stopped cannot stop anybody twice.
_NOT_COUNTED = (AskerSlowed.code, AskerStopped.code)


class Verb(StrEnum):
    BULK = "bulk"
    COMPARE = "compare"
    FIND = "find"
    OPEN = "open"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Somebody asks something at a door."""

    caller: str
    actor: str
    outlet: str
    purpose: str
    verb: Verb

    def asker(self, per: Per) -> str:
        """Who this is, when attempts are added up so; nobody if it is not known."""
        if per is Per.CALLER:
            return self.caller
        if per is Per.OFFICER:
            return f"{self.caller}/{self.actor}"
        return f"outlet/{self.outlet}" if self.outlet else ""


def require_free(asking: Asking, now: datetime) -> None:
    """The asker is not suspended, and has waited if it was told to; one asking of an asker at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, hashtext(%s))", (_ASKER_LOCK, asking.asker(Per.OFFICER))
        )
    askers = [asker for per in Per if (asker := asking.asker(per))]
    if Suspension.objects.filter(asker__in=askers, lifted=None).exists():
        raise AskerStopped
    for pattern in terms().patterns:
        _require_waited(pattern, asking, now)


def note(asking: Asking, now: datetime, *, refused: str = "") -> None:
    """Write down an asking, and tell the owner or stop the asker if it is one too many."""
    Attempt.objects.create(
        at=now,
        caller=asking.caller,
        actor=asking.actor,
        outlet=asking.outlet,
        purpose=asking.purpose,
        verb=asking.verb,
        refused=refused,
    )
    for pattern in terms().patterns:
        if asking.asker(pattern.per) and _is_of(pattern, asking, refused, now):
            _weigh(pattern, asking, now)


def forget_attempts(*, now: datetime) -> None:
    """Delete what is only kept to count with."""
    Attempt.objects.filter(at__lte=now - FORGOTTEN_AFTER).delete()


def _is_of(pattern: Pattern, asking: Asking, refused: str, now: datetime) -> bool:
    """Whether this asking adds to that count, so that what cannot have changed is not counted again."""
    if pattern.at_night and not terms().night.is_at(now.astimezone(HERE)):
        return False
    if refused in _NOT_COUNTED:
        return False
    match pattern.counts:
        case Counts.OPENINGS:
            return not refused and asking.verb is not Verb.BULK
        case Counts.FINDS:
            return asking.verb is Verb.FIND
        case Counts.UNKNOWN_CASES:
            return refused == CaseUnknown.code
        case _:
            return bool(refused)


def _weigh(pattern: Pattern, asking: Asking, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", _WATCH_LOCK)
    count = _count(pattern, asking, now)
    if count >= pattern.alert_at:
        _tell_owner(pattern, asking, count, now)
    if pattern.stop_at is not None and count >= pattern.stop_at:
        _stop(pattern, asking, count, now)


def _tell_owner(pattern: Pattern, asking: Asking, count: int, now: datetime) -> None:
    asker = asking.asker(pattern.per)
    since = now - pattern.within
    if Alert.objects.filter(asker=asker, pattern=pattern.name, raised_at__gt=since).exists():
        return
    payload = {"pattern": pattern.name, "asker": asker, "count": count}
    leaf_id = leave(actor=WATCH, payload=payload, now=now, tag=Tag.ALERT_RAISED)
    Alert.objects.create(
        leaf_id=leaf_id,
        pattern=pattern.name,
        asker=asker,
        purpose=asking.purpose,
        count=count,
        raised_at=now,
    )


def _stop(pattern: Pattern, asking: Asking, count: int, now: datetime) -> None:
    asker = asking.asker(pattern.per)
    if Suspension.objects.filter(asker=asker, lifted=None).exists():
        return
    payload = {"pattern": pattern.name, "asker": asker, "count": count}
    leaf_id = leave(actor=WATCH, payload=payload, now=now, tag=Tag.ASKER_SUSPENDED)
    Suspension.objects.create(leaf_id=leaf_id, pattern=pattern.name, asker=asker, began_at=now)


def _require_waited(pattern: Pattern, asking: Asking, now: datetime) -> None:
    if pattern.slow_at is None or not asking.asker(pattern.per):
        return
    if _count(pattern, asking, now) < pattern.slow_at:
        return
    last = _attempts(pattern, asking, now).order_by("-at").values_list("at", flat=True).first()
    free_at = now if last is None else last + pattern.slow_for
    if now < free_at:
        raise AskerSlowed(retry_after=max(1, round((free_at - now).total_seconds())))


def _count(pattern: Pattern, asking: Asking, now: datetime) -> int:
    attempts = _attempts(pattern, asking, now)
    match pattern.counts:
        case Counts.OPENINGS:
            return attempts.filter(refused="").exclude(verb=Verb.BULK).count()
        case Counts.FINDS:
            return attempts.filter(verb=Verb.FIND).count()
        case Counts.UNKNOWN_CASES:
            return attempts.filter(refused=CaseUnknown.code).count()
        case Counts.REFUSALS:
            return attempts.exclude(refused="").count()
        case Counts.REFUSALS_IN_A_ROW:
            answered = attempts.filter(refused="").order_by("-id").values_list("id", flat=True).first()
            return attempts.exclude(refused="").filter(id__gt=answered or 0).count()


def _attempts(pattern: Pattern, asking: Asking, now: datetime) -> QuerySet[Attempt]:
    # A night's count begins anew after a suspension was lifted, as every other does.
    attempts = Attempt.objects.filter(at__gt=_since(pattern, asking, now)).exclude(refused__in=_NOT_COUNTED)
    if pattern.per is Per.OUTLET:
        return attempts.filter(outlet=asking.outlet)
    attempts = attempts.filter(caller=asking.caller)
    return attempts if pattern.per is Per.CALLER else attempts.filter(actor=asking.actor)


def _since(pattern: Pattern, asking: Asking, now: datetime) -> datetime:
    lifted = Suspension.objects.filter(asker=asking.asker(pattern.per), lifted__isnull=False)
    last = lifted.order_by("-lifted__at").values_list("lifted__at", flat=True).first()
    since = now - pattern.within
    return since if last is None else max(since, last)
