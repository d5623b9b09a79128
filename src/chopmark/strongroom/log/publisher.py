"""The publisher: one round of signing and writing, which may be cut anywhere and run again."""

from django.db import close_old_connections

from chopmark.strongroom import clock
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.keys import unsealing
from chopmark.strongroom.log.publishing import publish_once
from chopmark.strongroom.options import Options


def publish() -> bool:
    """One round; a failure is logged, and answered as False: the next round tries again. While sealed, nothing."""
    try:
        options = Options.read()
        if unsealing.state(options):
            return True
        publish_once(options.log_folder, clock.now())
    except Exception as failure:  # noqa: BLE001  the thread must live: a full disk or a lost database passes
        log_failure(__name__, failure)
        return False
    finally:
        close_old_connections()
    return True
