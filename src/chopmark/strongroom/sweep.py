"""What the clock asks of the strongroom: what is due is shredded or lifted, counters are forgotten, delays are told."""

from django.db import close_old_connections

from chopmark.strongroom import clock
from chopmark.strongroom.actors import CLOCK, WATCH
from chopmark.strongroom.breaches import freezing, overdue
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.services import cases, request_clock, retention, subject, watching

# A round ends within the minute until the next one: what is left over is done then.
_MOST_IN_A_ROUND = 1000


def sweep() -> None:
    """One round; a failure is logged and the next round tries again."""
    now = clock.now()
    try:
        overdue.tell_owner(actor=WATCH, now=now)
        cases.expire_unconfirmed(actor=CLOCK, now=now)
        subject.forget_wrong_sign_ins(now=now)
        watching.forget_attempts(now=now)
        freezing.release(actor=CLOCK, now=now, most=_MOST_IN_A_ROUND)
        request_clock.remind(actor=CLOCK, now=now)
        retention.shred_due(actor=CLOCK, now=now, most=_MOST_IN_A_ROUND)
    except Exception as failure:  # noqa: BLE001  the thread must live; everything here may run again
        log_failure(__name__, failure)
    finally:
        close_old_connections()
