"""Two witnesses elsewhere, called as HTTP would call them."""

import io
import itertools

import httpx

from chopmark.pki.tlog.witnessing import parse_request
from chopmark.publiclog import witnesses as publiclog
from chopmark.verifier.witness.app import Application
from chopmark.verifier.witness.cosigning import Witness
from chopmark.verifier.witness.keyfile import cosigner_of
from chopmark.verifier.witness.memory import Memory


class Watching:
    """Two witnesses elsewhere; each may be away, or lose its answer on the way. They may watch several logs."""

    def __init__(self, folder, *log_keys):
        self.folder, self.away, self.lost = folder, set(), set()
        self.seconds = itertools.count(1_790_000_000)
        self.asked = []
        self.witnesses = {name: self.begin(name, log_keys) for name in ("one", "two")}

    def begin(self, name, log_keys):
        state = self.folder / name
        cosigner = cosigner_of(self.folder / f"{name}.key", memory=state, name=f"witness.example/{name}")
        witness = Witness(
            logs=log_keys, memory=Memory(state), cosigner=cosigner, now=lambda: next(self.seconds)
        )
        return cosigner.key, Application(witness)

    def configured(self):
        """As a configuration names them: each is asked under its name."""
        return tuple(publiclog.Witness(key, name) for name, (key, _) in self.witnesses.items())

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
