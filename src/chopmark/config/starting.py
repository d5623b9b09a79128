"""What a process says before it does anything else: the software that it runs and the policy that it goes by."""

import threading

import structlog

from chopmark import software

log = structlog.get_logger("start")
WAIT_SECONDS = 1.0
# Those whose work depends on the policy; a responder answers from what is issued and revoked.
DECIDING = {"web", "worker", "signer"}


def say_started(process: str, stop: threading.Event | None = None) -> None:
    """Leave the leaves; a database that is away is waited for, since nothing is done before they are there."""
    from django.db import OperationalError, connections

    stop = stop or threading.Event()
    while not stop.is_set():
        try:
            _say(process)
        except OperationalError as error:
            log.warning("database_lost", error=type(error).__name__)
            connections.close_all()
            stop.wait(WAIT_SECONDS)
        else:
            return


def _say(process: str) -> None:
    from django.conf import settings

    from chopmark.authority.audit.starts import note_start
    from chopmark.authority.catalogue.editions import files_of, note_pack
    from chopmark.authority.catalogue.reading import current
    from chopmark.authority.kernel import actors, clock

    files, actor, now = files_of(settings.CHOPMARK_PACKS), actors.process(process), clock.now()
    note_start(software=software.running(), pack=files.digest, actor=actor, now=now)
    if process in DECIDING:
        note_pack(pack=current(), files=files, actor=actor, now=now)
