"""Two witnesses elsewhere, called as HTTP would call them; and the pack's quorum, for a test to set."""

import io
import itertools

import httpx

from chopmark.authority.transparency import witnesses
from chopmark.pki.tlog.witnessing import parse_request
from chopmark.verifier.witness.app import Application
from chopmark.verifier.witness.cosigning import Witness
from chopmark.verifier.witness.keyfile import cosigner_of
from chopmark.verifier.witness.memory import Memory


class Watching:
    """Two witnesses elsewhere; each may be away, or lose its answer on the way."""

    def __init__(self, folder, log_key):
        self.folder, self.away, self.lost = folder, set(), set()
        self.seconds = itertools.count(1_790_000_000)
        self.asked = []
        self.witnesses = {name: self.begin(name, log_key) for name in ("one", "two")}

    def begin(self, name, log_key):
        state = self.folder / name
        cosigner = cosigner_of(self.folder / f"{name}.key", memory=state, name=f"witness.example/{name}")
        witness = Witness(
            logs=[log_key], memory=Memory(state), cosigner=cosigner, now=lambda: next(self.seconds)
        )
        return cosigner.key, Application(witness)

    def keys(self):
        return [key for key, _ in self.witnesses.values()]

    def post(self, url, body):
        self.asked.append((url, parse_request(body).old_size))
        if url in self.away:
            raise httpx.ConnectError("away")
        said = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": "/add-checkpoint",
            "wsgi.input": io.BytesIO(body),
        }
        answer = b"".join(self.witnesses[url][1](environ, lambda *args: said.extend(args)))
        if url in self.lost:
            raise httpx.ReadTimeout("lost")
        return int(said[0][:3]), answer


def set_quorum(monkeypatch, number):
    """What the pack would say; `test_the_pack_says_how_many` shows that it can."""
    monkeypatch.setattr(witnesses, "quorum", lambda: number)
