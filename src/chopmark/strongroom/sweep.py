"""What the clock asks of the strongroom: what is due is shredded or lifted, counters are forgotten, delays are told."""

from collections.abc import Callable
from datetime import datetime

from django.db import close_old_connections

from chopmark.strongroom import clock
from chopmark.strongroom.actors import CLOCK, WATCH
from chopmark.strongroom.breaches import freezing, overdue
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.services import cases, request_clock, retention, subject, watching

# A round ends within the minute until the next one: what is left over is done then.
_MOST_IN_A_ROUND = 1000

# Each finds nothing to do when it was done.
DUTIES: tuple[Callable[[datetime], object], ...] = (
    lambda now: overdue.tell_owner(actor=WATCH, now=now),
    lambda now: cases.expire_unconfirmed(actor=CLOCK, now=now),
    lambda now: subject.forget_wrong_sign_ins(now=now),
    lambda now: watching.forget_attempts(now=now),
    lambda now: freezing.release(actor=CLOCK, now=now, most=_MOST_IN_A_ROUND),
    lambda now: request_clock.remind(actor=CLOCK, now=now),
    lambda now: retention.shred_due(actor=CLOCK, now=now, most=_MOST_IN_A_ROUND),
)


def sweep() -> None:
    """One round; a duty that fails is logged, keeps the others from nothing, and is tried again in the next round."""
    now = clock.now()
    for duty in DUTIES:
        try:
            duty(now)
        except Exception as failure:  # noqa: BLE001  the thread must live; everything here may run again
            log_failure(__name__, failure)
        finally:
            close_old_connections()
