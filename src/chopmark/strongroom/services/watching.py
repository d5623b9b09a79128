"""Who asks in a way that is not ordinary: the owner is told, the asker is slowed, then stopped."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Max, Q

from chopmark.strongroom import locks
from chopmark.strongroom.actors import WATCH, Actor, ActorKind
from chopmark.strongroom.breaches.spans import forgettable
from chopmark.strongroom.leaves import if_refused, leave_with
from chopmark.strongroom.policy.errors import AskerSlowed, AskerStopped
from chopmark.strongroom.policy.models import Alert, Attempt, Suspension
from chopmark.strongroom.policy.shapes import Counts, Pattern, Per
from chopmark.strongroom.purposes import AUTHORITY, terms
from chopmark.strongroom.services.askings import GUESSED, NOT_COUNTED, Asking, Past, Verb
from chopmark.strongroom.tags import Tag

__all__ = ["Asking", "Verb", "attend", "attend_at_door", "forget_attempts", "note", "require_free"]

LONGEST_WORD = 64
HERE = ZoneInfo("Asia/Hong_Kong")
FORGOTTEN_AFTER = timedelta(days=2)  # no pattern looks back further than a day


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
    of_asker = Suspension.objects.filter(asker__in=asking.askers).values_list("asker")
    ended = list(of_asker.annotate(last=Max("lifted__at"), running=Count("pk", filter=Q(lifted=None))))
    if any(running for _, _, running in ended):
        raise AskerStopped
    past = Past(asking=asking, now=now, lifted={asker: last for asker, last, _ in ended})
    slowing = [
        (one, at) for one in terms().patterns if (at := one.slow_at) is not None and asking.asker(one.per)
    ]
    counts = past.counts([pattern for pattern, _ in slowing])
    for (pattern, slow_at), count in zip(slowing, counts, strict=True):
        if count >= slow_at:
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
        for pattern, count in zip(touched, past.counts(touched), strict=True):
            _weigh(pattern, past, count)


def forget_attempts(*, now: datetime) -> None:
    """Delete what is only kept to count with, and is no evidence of a breach."""
    Attempt.objects.filter(forgettable(now, by=now - FORGOTTEN_AFTER)).delete()


def _is_of(pattern: Pattern, asking: Asking, refused: str, now: datetime) -> bool:
    """Whether this asking adds to that count, so that what cannot have changed is not counted again."""
    if pattern.at_night and not terms().night.is_at(now.astimezone(HERE)):
        return False
    if refused in NOT_COUNTED:
        return False
    match pattern.counts:
        case Counts.OPENINGS:
            return not refused and asking.verb is not Verb.BULK
        case Counts.FINDS:
            return asking.verb is Verb.FIND
        case Counts.UNKNOWN_CASES:
            return refused in GUESSED
        case _:
            return bool(refused)


def _past(asking: Asking, now: datetime) -> Past:
    lifted = Suspension.objects.filter(asker__in=asking.askers, lifted__isnull=False)
    last = lifted.values_list("asker").annotate(last=Max("lifted__at"))
    return Past(asking=asking, now=now, lifted=dict(last))


def _weigh(pattern: Pattern, past: Past, count: int) -> None:
    if count >= pattern.alert_at:
        _tell_owner(pattern, past, count)
    if pattern.stop_at is not None and count >= pattern.stop_at:
        _stop(pattern, past, count)


def _tell_owner(pattern: Pattern, past: Past, count: int) -> None:
    asker, now = past.asking.asker(pattern.per), past.now
    since = now - pattern.within
    if Alert.objects.filter(asker=asker, pattern=pattern.name, raised_at__gt=since).exists():
        return
    payload = {"pattern": pattern.name, "asker": asker, "count": count}
    alert = Alert(pattern=pattern.name, asker=asker, purpose=past.asking.purpose, count=count, raised_at=now)
    leave_with(alert, actor=WATCH, payload=payload, now=now, tag=Tag.ALERT_RAISED)


def _stop(pattern: Pattern, past: Past, count: int) -> None:
    asker, now = past.asking.asker(pattern.per), past.now
    if Suspension.objects.filter(asker=asker, lifted=None).exists():
        return
    payload = {"pattern": pattern.name, "asker": asker, "count": count}
    suspension = Suspension(pattern=pattern.name, asker=asker, began_at=now)
    leave_with(suspension, actor=WATCH, payload=payload, now=now, tag=Tag.ASKER_SUSPENDED)


def _require_waited(pattern: Pattern, past: Past) -> None:
    last = past.last(pattern)
    free_at = past.now if last is None else last + pattern.slow_for
    if past.now < free_at:
        raise AskerSlowed(retry_after=max(1, round((free_at - past.now).total_seconds())))
