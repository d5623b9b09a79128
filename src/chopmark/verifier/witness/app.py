"""The witness over HTTP: one address to post to, and two that say how it is (C2SP tlog-witness, "add-checkpoint")."""

import json
import sys
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.merkle import ProofWrong
from chopmark.pki.tlog.witnessing import (
    LONGEST_REQUEST,
    CheckpointNotOfLog,
    LogUnknown,
    RequestMalformed,
    StateDiffers,
)
from chopmark.verifier.witness.cosigning import Witness

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Answer = tuple[HTTPStatus, str, str]

PLAIN, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"
STATUSES: dict[type[Refusal], HTTPStatus] = {
    CheckpointNotOfLog: HTTPStatus.FORBIDDEN,
    LogUnknown: HTTPStatus.NOT_FOUND,
    ProofWrong: HTTPStatus.UNPROCESSABLE_ENTITY,
    RequestMalformed: HTTPStatus.BAD_REQUEST,
    StateDiffers: HTTPStatus.CONFLICT,
}


class Application:
    """What a WSGI server calls."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        status, content_type, text = self._answer(environ)
        octets = text.encode()
        headers = [("Content-Type", content_type), ("Content-Length", str(len(octets)))]
        start_response(f"{status.value} {status.phrase}", headers)
        return [octets]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        asked = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        if asked == ("POST", "/add-checkpoint"):
            return self._add_checkpoint(environ)
        if asked == ("GET", "/healthz"):
            return HTTPStatus.OK, PLAIN, "ok\n"
        if asked == ("GET", "/readyz"):
            return self._readiness()
        return HTTPStatus.NOT_FOUND, PLAIN, "not found\n"

    def _add_checkpoint(self, environ: dict[str, Any]) -> Answer:
        try:
            line = self._witness.add_checkpoint(environ["wsgi.input"].read(LONGEST_REQUEST + 1))
        except Refusal as refusal:
            _say(refusal)
            if isinstance(refusal, StateDiffers):
                return HTTPStatus.CONFLICT, SIZE, f"{refusal.details['size']}\n"
            status = STATUSES.get(type(refusal), HTTPStatus.INTERNAL_SERVER_ERROR)
            return status, PLAIN, f"{refusal.code}\n"
        return HTTPStatus.OK, PLAIN, line

    def _readiness(self) -> Answer:
        try:
            self._witness.is_ready()
        except (Refusal, OSError) as error:
            return HTTPStatus.SERVICE_UNAVAILABLE, PLAIN, f"{getattr(error, 'code', 'unreadable')}\n"
        return HTTPStatus.OK, PLAIN, "ok\n"


def _say(refusal: Refusal) -> None:
    sys.stderr.write(json.dumps({"event": "refused", "code": refusal.code, **refusal.details}) + "\n")
