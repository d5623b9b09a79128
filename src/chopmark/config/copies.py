"""The files of this machine, as the rows say: of many workers one publishes, each keeps a copy for those who read it there."""

import threading
import traceback

import structlog
from django.db import connection

from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import process
from chopmark.authority.publication.mending import TICK_SECONDS, mend_published

log = structlog.get_logger("copies")


def run_forever(stop: threading.Event) -> None:
    """Hold lists and certificates against their rows until told to stop; the log's files are the sequencer's."""
    while not stop.wait(TICK_SECONDS):
        try:
            mend_published(actor=process("worker"), now=clock.now())
        except Exception as error:  # noqa: BLE001  # a lost database, a full disk: tried again; frames only, as a message may quote a row
            frames = traceback.format_tb(error.__traceback__)
            log.warning("files_not_mended", error=type(error).__name__, frames=frames)
            connection.close()
