"""Who asks in a way that is not ordinary: the owner is told, the asker is slowed, then stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Max, QuerySet

from chopmark.strongroom import locks
from chopmark.strongroom.actors import WATCH, Actor, ActorKind
from chopmark.strongroom.breaches.spans import forgettable
from chopmark.strongroom.errors import CaseUnknown
from chopmark.strongroom.leaves import if_refused, leave_with
from chopmark.strongroom.log.errors import OpeningsWaitForWitnesses
from chopmark.strongroom.policy.errors import (
    AskerSlowed,
    AskerStopped,
    GrantUnknown,
    MarketingForbidden,
    NotChosen,
    RecordUnknown,
)
from chopmark.strongroom.policy.models import Alert, Attempt, Suspension
from chopmark.strongroom.policy.shapes import Counts, Pattern, Per
from chopmark.strongroom.purposes import AUTHORITY, terms
from chopmark.strongroom.tags import Tag

LONGEST_WORD = 64
HERE = ZoneInfo("Asia/Hong_Kong")
FORGOTTEN_AFTER = timedelta(days=2)  # no pattern looks back further than a day
# Nobody who has a case, a record or a grant asks for one that was never there.
_GUESSED = (CaseUnknown.code, GrantUnknown.code, RecordUnknown.code)
# Being told to wait is no misdeed, being stopped cannot stop anybody twice, and a service has no other way to learn
# whom it may reach than to ask: each subject reads that it did.
_NOT_COUNTED = (
    AskerSlowed.code,
    AskerStopped.code,
    MarketingForbidden.code,
    NotChosen.code,
    OpeningsWaitForWitnesses.code,
)


class Verb(StrEnum):
    """What is asked. Of those that show nothing, only refusals are counted: whoever guesses may guess with any verb."""

    BULK = "bulk"
    CASE = "case"
    CHALLENGE = "challenge"
    CLOSE = "close"
    COMPARE = "compare"
    CONFIRM = "confirm"
    DELIVER = "deliver"
    FIND = "find"
    LEAVE = "leave"
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

    @property
    def askers(self) -> list[str]:
        return [asker for per in Per if (asker := self.asker(per))]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What an asker did before, until now; counts begin anew after a suspension was lifted."""

    asking: Asking
    now: datetime
    lifted: Mapping[str, datetime]  # by asker

    def attempts(self, pattern: Pattern) -> QuerySet[Attempt]:
        since = self.now - pattern.within
        since = max(since, self.lifted.get(self.asking.asker(pattern.per), since))
        attempts = Attempt.objects.filter(at__gt=since).exclude(refused__in=_NOT_COUNTED)
        if pattern.per is Per.OUTLET:
            return attempts.filter(outlet=self.asking.outlet)
        attempts = attempts.filter(caller=self.asking.caller)
        return attempts if pattern.per is Per.CALLER else attempts.filter(actor=self.asking.actor)

    def count(self, pattern: Pattern) -> int:
        attempts = self.attempts(pattern)
        match pattern.counts:
            case Counts.OPENINGS:
                return attempts.filter(refused="").exclude(verb=Verb.BULK).count()
            case Counts.FINDS:
                return attempts.filter(verb=Verb.FIND).count()
            case Counts.UNKNOWN_CASES:
                return attempts.filter(refused__in=_GUESSED).count()
            case Counts.REFUSALS:
                return attempts.exclude(refused="").count()
            case Counts.REFUSALS_IN_A_ROW:
                answered = attempts.filter(refused="").order_by("-id").values_list("id", flat=True).first()
                return attempts.exclude(refused="").filter(id__gt=answered or 0).count()


def _past(asking: Asking, now: datetime) -> _Past:
    lifted = Suspension.objects.filter(asker__in=asking.askers, lifted__isnull=False)
    last = lifted.values_list("asker").annotate(last=Max("lifted__at"))
    return _Past(asking=asking, now=now, lifted=dict(last))


def attend(asking: Asking, now: datetime) -> None:
    """First of all in an act: the asker is free to ask, and is counted if it is refused, whatever the reason."""
    if_refused(lambda refusal: note(asking, now, refused=refusal.code))
    require_free(asking, now)


def attend_at_door(actor: Actor, verb: Verb, now: datetime, *, purpose: str = "") -> None:
    """`attend`, for a verb of the machine door that shows nothing: a guess at it is a guess like any other."""
    if actor.kind is ActorKind.CALLER:
        asking = Asking(
            caller=AUTHORITY, actor=actor.id, outlet="", purpose=purpose[:LONGEST_WORD], verb=verb
        )
        attend(asking, now)


def require_free(asking: Asking, now: datetime) -> None:
    """The asker is not suspended, and has waited if it was told to; one asking of an asker at a time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(%s, hashtext(%s))", (locks.ASKER, asking.asker(Per.OFFICER))
        )
    if Suspension.objects.filter(asker__in=asking.askers, lifted=None).exists():
        raise AskerStopped
    past = _past(asking, now)
    for pattern in terms().patterns:
        _require_waited(pattern, past)


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
    touched = [
        pattern
        for pattern in terms().patterns
        if asking.asker(pattern.per) and _is_of(pattern, asking, refused, now)
    ]
    if touched:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s, %s)", locks.WATCH)
        past = _past(asking, now)
        for pattern in touched:
            _weigh(pattern, past)


def forget_attempts(*, now: datetime) -> None:
    """Delete what is only kept to count with, and is no evidence of a breach."""
    Attempt.objects.filter(forgettable(now, by=now - FORGOTTEN_AFTER)).delete()


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
            return refused in _GUESSED
        case _:
            return bool(refused)


def _weigh(pattern: Pattern, past: _Past) -> None:
    count = past.count(pattern)
    if count >= pattern.alert_at:
        _tell_owner(pattern, past, count)
    if pattern.stop_at is not None and count >= pattern.stop_at:
        _stop(pattern, past, count)


def _tell_owner(pattern: Pattern, past: _Past, count: int) -> None:
    asker, now = past.asking.asker(pattern.per), past.now
    since = now - pattern.within
    if Alert.objects.filter(asker=asker, pattern=pattern.name, raised_at__gt=since).exists():
        return
    payload = {"pattern": pattern.name, "asker": asker, "count": count}
    alert = Alert(pattern=pattern.name, asker=asker, purpose=past.asking.purpose, count=count, raised_at=now)
    leave_with(alert, actor=WATCH, payload=payload, now=now, tag=Tag.ALERT_RAISED)


def _stop(pattern: Pattern, past: _Past, count: int) -> None:
    asker, now = past.asking.asker(pattern.per), past.now
    if Suspension.objects.filter(asker=asker, lifted=None).exists():
        return
    payload = {"pattern": pattern.name, "asker": asker, "count": count}
    suspension = Suspension(pattern=pattern.name, asker=asker, began_at=now)
    leave_with(suspension, actor=WATCH, payload=payload, now=now, tag=Tag.ASKER_SUSPENDED)


def _require_waited(pattern: Pattern, past: _Past) -> None:
    if pattern.slow_at is None or not past.asking.asker(pattern.per):
        return
    if past.count(pattern) < pattern.slow_at:
        return
    last = past.attempts(pattern).order_by("-at").values_list("at", flat=True).first()
    free_at = past.now if last is None else last + pattern.slow_for
    if past.now < free_at:
        raise AskerSlowed(retry_after=max(1, round((free_at - past.now).total_seconds())))
