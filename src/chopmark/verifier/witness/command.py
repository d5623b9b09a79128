"""`chopmark run witness`: serve until told to stop."""

import socket
from pathlib import Path

import click
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn carries no types

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.note import VerifierKey
from chopmark.verifier.keys import LogKey
from chopmark.verifier.witness import clock
from chopmark.verifier.witness.app import Application
from chopmark.verifier.witness.cosigning import Witness
from chopmark.verifier.witness.keyfile import KeyFileUnfit, MemoryGone, cosigner_of
from chopmark.verifier.witness.memory import Memory

THREADS = 4
_SENTENCES: dict[type[Refusal], str] = {
    KeyFileUnfit: "the key file is damaged, or others may read it: it must have mode 0600 and belong to this account",
    MemoryGone: "the key is there and the memory that it was made with is not; a witness that forgot could cosign a fork."
    " Bring the folder back, or retire this key and begin with another",
}


@click.command()
@click.option("--state", "folder", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--key-file", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--log", "logs", type=LogKey(), multiple=True, required=True, help="A log to watch; repeatable."
)
@click.option("--name", help="The witness's name, when its key is made; otherwise that of the machine.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=int, required=True)
def witness(
    folder: Path, key_file: Path, logs: tuple[VerifierKey, ...], name: str | None, host: str, port: int
) -> None:
    """Cosign the growth of these logs, and nothing else. Prints the key that others check it by."""
    try:
        cosigner = cosigner_of(key_file, memory=folder, name=name or f"{socket.gethostname()}/witness")
    except Refusal as refusal:
        raise click.ClickException(_SENTENCES.get(type(refusal), refusal.code)) from refusal
    click.echo(str(cosigner.key))
    ours = Witness(logs=logs, memory=Memory(folder), cosigner=cosigner, now=clock.now)
    _Server(Application(ours), f"{host}:{port}").run()


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn carries no types
    def __init__(self, application: Application, bind: str) -> None:
        self._application, self._bind = application, bind
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": self._bind,
            "worker_class": "gthread",
            "threads": THREADS,
            "loglevel": "warning",
            "control_socket_disable": True,
        }
        for setting, value in settings.items():
            self.cfg.set(setting, value)

    def load(self) -> Application:
        return self._application
