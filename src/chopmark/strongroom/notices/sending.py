"""Sending what was asked for, at least once: each try is counted before it is made, and what was sent is noted after."""

from datetime import datetime, timedelta

from django.db.models import F

from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave, leave_with
from chopmark.strongroom.models import Record
from chopmark.strongroom.notices.models import Notice, Sending, SendingState
from chopmark.strongroom.notices.posting import CHANNELS, Post
from chopmark.strongroom.notices.texts import compose
from chopmark.strongroom.policy.models import Alert
from chopmark.strongroom.policy.templates import DELIVERED_BY
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.tags import Tag

# Five minutes, then three times as long each time, at most a day: eight tries take about three days.
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(days=1)
MOST_TRIES = 8
# Why one was given up that may have been sent.
NOT_KNOWN = "not_known"
PATTERN = "notice_given_up"
ASKER = "notices"


def send_due(*, keys: Keyring, actor: Actor, now: datetime, most: int) -> int:
    """Try what is due, the oldest first; answers how many were sent."""
    due = Sending.objects.filter(state=SendingState.QUEUED, due_at__lte=now)
    waiting = due.select_related("notice__opening__record").order_by("due_at")[:most]
    return sum(_try(sending, keys, actor, now) for sending in list(waiting))


def _try(sending: Sending, keys: Keyring, actor: Actor, now: datetime) -> bool:
    # 1. The last try's outcome was never written: it may have been sent, and nobody can say.
    if sending.tries >= MOST_TRIES:
        give_up(sending=sending, why=NOT_KNOWN, actor=actor, now=now)
        return False

    # 2. The try is counted before it is made; whoever counted it meanwhile makes it. A crash from here on leaves it to be
    #    tried again, and the receiver to tell by its Message-ID.
    mine = Sending.objects.filter(pk=sending.pk, state=SendingState.QUEUED, tries=sending.tries)
    if not mine.update(tries=F("tries") + 1, due_at=now + _wait(sending.tries)):
        return False

    # 3. The address is known between these lines only.
    try:
        channel = _send(sending.notice, keys, now)
    except RecordShredded:
        give_up(sending=sending, why="record_shredded", actor=actor, now=now)
        return False
    except Exception as failure:  # noqa: BLE001  the next must be tried; the journal has the type and place, never the address
        log_failure(__name__, failure)
        if sending.tries + 1 >= MOST_TRIES:
            give_up(sending=sending, why="tries", actor=actor, now=now)
        return False
    if channel is None:
        give_up(sending=sending, why="no_address", actor=actor, now=now)
        return False
    note_sent(sending=sending, channel=channel, actor=actor, now=now)
    return True


def _send(notice: Notice, keys: Keyring, now: datetime) -> str | None:
    """Write to the record's subject by the first channel that reaches her; which it was."""
    record = Record.objects.get(pk=notice.opening.record_id)
    fields = by_present_key(record.locked, lambda locked: vault.unlock(locked, kek=keys.kek))
    # What the opening says was opened, and not what the policy says since.
    template = terms().template(notice.template)
    for channel in template.channels:
        to = fields[DELIVERED_BY[channel]] if DELIVERED_BY[channel] in notice.opening.fields else None
        if to:
            letter = compose(template.texts, notice.parameters, language=record.language)
            CHANNELS[channel](Post(reference=notice.reference, letter=letter, to=to, now=now))
            return channel
    return None


@act(Tag.NOTICE_SENT)
def note_sent(*, sending: Sending, channel: str, actor: Actor, now: datetime) -> None:
    """Note that a notice was handed over to its channel."""
    _end(sending, state=SendingState.SENT, channel=channel, now=now)
    leave(actor=actor, payload={"notice": sending.pk, "channel": channel}, now=now)


@act(Tag.NOTICE_GIVEN_UP)
def give_up(*, sending: Sending, why: str, actor: Actor, now: datetime) -> None:
    """Note that a notice is not tried any more, and tell the owner, once a day for all of them."""
    _end(sending, state=SendingState.GIVEN_UP, why=why, now=now)
    leave(actor=actor, payload={"notice": sending.pk, "why": why}, now=now)
    told = Alert.objects.filter(asker=ASKER, pattern=PATTERN, raised_at__gt=now - timedelta(days=1))
    if not told.exists():
        purpose = sending.notice.opening.purpose
        alert = Alert(pattern=PATTERN, asker=ASKER, purpose=purpose, count=1, raised_at=now)
        payload = {"pattern": PATTERN, "notice": sending.pk}
        leave_with(alert, actor=actor, payload=payload, now=now, tag=Tag.ALERT_RAISED)


def given_up() -> list[Sending]:
    """Those that were given up, the newest first."""
    ended = Sending.objects.filter(state=SendingState.GIVEN_UP).select_related("notice")
    return list(ended.order_by("-ended_at")[:1000])


def _end(sending: Sending, *, state: SendingState, now: datetime, channel: str = "", why: str = "") -> None:
    # Two senders side by side: both may have sent it, and the later one says the same.
    queued = Sending.objects.filter(pk=sending.pk, state=SendingState.QUEUED)
    queued.update(state=state, channel=channel, why=why, due_at=None, ended_at=now)


def _wait(tries: int) -> timedelta:
    return min(FIRST_WAIT * int(3**tries), LONGEST_WAIT)
