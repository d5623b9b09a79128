"""The files of this machine, as the rows say: of many workers one publishes, each keeps a copy for those who read it there."""

import threading
import traceback

import structlog
from django.db import connection

from chopmark.authority.publication.mending import Place, mend_published

log = structlog.get_logger("copies")
TICK_SECONDS = 5


def run_forever(stop: threading.Event) -> None:
    """Hold lists and certificates against their rows until told to stop; the log's files are the sequencer's."""
    place, is_more = Place(), False
    # Where something was missing more may be: a new machine waits five seconds for nothing.
    while not stop.wait(0 if is_more else TICK_SECONDS):
        is_more = False
        try:
            is_more = mend_published(place) > 0 or place.is_behind
        except Exception as error:  # noqa: BLE001  # a lost database, a full disk: tried again; frames only, as a message may quote a row
            frames = traceback.format_tb(error.__traceback__)
            log.warning("files_not_mended", error=type(error).__name__, frames=frames)
            connection.close()
