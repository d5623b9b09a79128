"""The owner's own door: a Unix socket of this account alone, where holders bring their shares while all other doors are shut."""

import json
from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import clock
from chopmark.strongroom.actors import OWNER
from chopmark.strongroom.errors import RequestMalformed
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.keys.shares import Share, ShareSet
from chopmark.strongroom.options import Options
from chopmark.strongroom.services import starting

_LONGEST_BODY = 16 * 1024


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    status, content = _answer(environ)
    body = json.dumps(content).encode()
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _answer(environ: WSGIEnvironment) -> tuple[str, dict[str, Any]]:
    try:
        share = _share(environ)
        return "200 OK", starting.unseal(share=share, options=Options.read(), actor=OWNER, now=clock.now())
    except Refusal as refusal:
        return "403 Forbidden", {"refused": refusal.code}
    except Exception as failure:  # noqa: BLE001  the door must answer; the journal has the type and place, never the text
        log_failure(__name__, failure)
        return "500 Internal Server Error", {"failed": True}


def _share(environ: WSGIEnvironment) -> Share:
    if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", "/unseal"):
        raise RequestMalformed
    try:
        sent = json.loads(environ["wsgi.input"].read(min(int(environ["CONTENT_LENGTH"]), _LONGEST_BODY)))
        share_set = ShareSet(id=str(sent["set"]), needed=int(sent["needed"]), of=int(sent["of"]))
        return Share(set=share_set, number=int(sent["number"]), value=bytes.fromhex(sent["value"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise RequestMalformed from None
