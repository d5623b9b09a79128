"""`python -m chopmark.strongroom serve`: both doors in one gunicorn."""

import os
import threading
from collections.abc import Iterable
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # carries no types

from chopmark.strongroom.options import Options

THREADS = 12  # as many as the pool has connections
_SWEEP_EVERY = 60.0  # seconds
_PUBLISH_EVERY = 1.0
_PUBLISH_AFTER_FAILURE = 15.0
_ASK_EVERY = 1.0
_FETCH_EVERY = 600.0
_SEND_EVERY = 2.0


class Doors(BaseApplication):  # type: ignore[misc]  # its base carries no types
    """Gunicorn with both listeners. It makes the socket file anew: kill -9 leaves nothing to tidy."""

    def __init__(self, options: Options) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in _config(self._options).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from chopmark.strongroom.wsgi import application

        return application


def serve() -> None:
    """Serve until told to stop. A quorum that the witnesses of config.toml cannot reach is refused before gunicorn starts."""
    os.environ["STRONGROOM_PROCESS"] = "desk"
    _require_witnesses()
    Doors(Options.read()).run()


def _config(options: Options) -> dict[str, Any]:
    return {
        "bind": _listeners(options),
        "worker_class": "gthread",
        "workers": 1,
        "threads": THREADS,
        "timeout": 60,
        "graceful_timeout": 5,
        # Whatever this process makes, the socket file first of all, is its own account's alone.
        "umask": 0o177,
        # No access log: addresses hold references, nonces and one-time links.
        "accesslog": None,
        "loglevel": "warning",
        "limit_request_line": 2048,
        "when_ready": _share_the_machine_door,
        "post_worker_init": _start,
        "proc_name": "chopmark-strongroom",
        "control_socket_disable": True,
    }


def _listeners(options: Options) -> list[str]:
    doors = [f"127.0.0.1:{options.port}", f"unix:{options.machine_socket}"]
    # Only a home that starts sealed has the owner's door.
    return doors + [f"unix:{options.owner_socket}"] * options.keys.share_set.exists()


def _share_the_machine_door(server: Any) -> None:
    """Where the worker is another account, it is the socket's folder that lets it in, and nobody else."""
    options = Options.read()
    if options.machine_socket_shared:
        options.machine_socket.chmod(0o666)


def _start(worker: Any) -> None:
    _require_holders()
    _say_started()
    threading.Thread(target=_sweep_for_ever, name="sweep", daemon=True).start()
    threading.Thread(target=_publish_for_ever, name="publisher", daemon=True).start()
    threading.Thread(target=_send_for_ever, name="sender", daemon=True).start()
    if Options.read().witnesses:
        threading.Thread(target=_ask_for_ever, name="witnesses", daemon=True).start()
    _start_fetching(Options.read().list_addresses)


def _require_holders() -> None:
    """In production the passphrase is in its holders' hands; without that gunicorn stops before a door answers.

    A home with shares starts sealed; the owner's waiver for a key in a file is asked for when it is opened.
    """
    from chopmark.strongroom.errors import SharesMissing
    from chopmark.strongroom.keys.unsealing import share_set

    options = Options.read()
    if share_set(options) is not None:
        return
    if options.production:
        raise SharesMissing


def _require_witnesses() -> None:
    import django

    django.setup()
    from chopmark.strongroom.log.witnesses import require_possible

    require_possible()


def _say_started() -> None:
    """The software that starts leaves its leaf, and so does a changed policy; one that cannot be kept stops gunicorn here."""
    from chopmark import software
    from chopmark.strongroom import clock
    from chopmark.strongroom.actors import OWNER
    from chopmark.strongroom.purposes import terms
    from chopmark.strongroom.services.starting import note_policy, note_start

    now = clock.now()
    note_start(software=software.running(), actor=OWNER, now=now)
    note_policy(policy=terms(), actor=OWNER, now=now)


def _sweep_for_ever() -> None:
    from chopmark.strongroom.sweep import sweep

    pause = threading.Event()
    while not pause.wait(_SWEEP_EVERY):
        sweep()


def _publish_for_ever() -> None:
    from chopmark.strongroom.log.publisher import publish

    pause = threading.Event()
    while not pause.wait(_PUBLISH_EVERY if publish() else _PUBLISH_AFTER_FAILURE):
        pass


def _send_for_ever() -> None:
    """A thread of its own: a server of mail that hangs must hold up neither the sweep nor the log."""
    from chopmark.strongroom.notices.sender import send

    pause = threading.Event()
    while not pause.wait(_SEND_EVERY):
        send()


def _ask_for_ever() -> None:
    """A thread of its own: a witness that hangs must not hold up what the others have cosigned."""
    from chopmark.strongroom.log.asking import ask

    pause = threading.Event()
    while not pause.wait(_ASK_EVERY):
        ask()


def _start_fetching(addresses: Iterable[str]) -> None:
    """A thread for each: a server that never comes to the end of its answer's head must hold up no other list."""
    for address in addresses:
        threading.Thread(target=_fetch_for_ever, args=[address], name="lists", daemon=True).start()


def _fetch_for_ever(address: str) -> None:
    """Lists are public: they are fetched while the strongroom is sealed, too."""
    from chopmark.strongroom.fetching import fetch
    from chopmark.strongroom.journal import log_failure

    pause = threading.Event()
    while True:
        try:
            fetch(address)
        except Exception as failure:  # noqa: BLE001  the thread must live: a full disk passes
            log_failure(__name__, failure)
        pause.wait(_FETCH_EVERY)
