"""The sender: one round of sending what is due, which may be cut anywhere and run again."""

from django.db import close_old_connections

from chopmark.strongroom import clock
from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.keys import unsealing
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.notices.sending import send_due
from chopmark.strongroom.options import Options

# A server of mail that hangs holds up this thread only, and each for some seconds.
_MOST_IN_A_ROUND = 100


def send() -> None:
    """One round; a failure is logged and the next round tries again. While sealed, nothing."""
    try:
        if unsealing.state(Options.read()):
            return
        send_due(keys=keyring(), actor=CLOCK, now=clock.now(), most=_MOST_IN_A_ROUND)
    except Exception as failure:  # noqa: BLE001  the thread must live: a lost database or a half-written file passes
        log_failure(__name__, failure)
    finally:
        close_old_connections()
