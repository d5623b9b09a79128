"""The machine door: four verbs over HTTP on a Unix socket that only the operator's processes can reach.

Whoever reaches the socket is the caller `authority`; what it says of itself is written down, not believed.
"""

import json
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID
from wsgiref.types import StartResponse, WSGIEnvironment

from django.db import close_old_connections

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.desk.front import is_ready
from chopmark.strongroom.errors import RequestMalformed, StrongroomSealed
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.keyring import keyring
from chopmark.strongroom.options import Options
from chopmark.strongroom.problems import words_for
from chopmark.strongroom.purposes import AUTHORITY
from chopmark.strongroom.services import cases, openings
from chopmark.strongroom.services.openings import Asked
from chopmark.strongroom.unsealing import state

Answer = tuple[int, dict[str, Any]]
_LONGEST_BODY = 16 * 1024
# What `find` compares, whatever it is asked.
_MATCHED = ["hkid"]


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """WSGI, without Django's request stack: no session, cookie or page can reach this door, nor it them."""
    try:
        status, content = _answer(environ)
    finally:
        close_old_connections()
    body = json.dumps(content, ensure_ascii=False).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]


def _answer(environ: WSGIEnvironment) -> Answer:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if method == "GET" and path in ("/healthz", "/readyz"):
        ready = path == "/healthz" or is_ready()
        return (200 if ready else 503), {"ready": ready}
    if state(Options.read()):
        return 503, {"refused": StrongroomSealed.code}
    try:
        return 200, _verb(method, path)(_body(environ))
    except Refusal as refusal:
        # The refusal is on disk. The door knows two kinds: asked wrongly, and not allowed.
        return (400 if words_for(refusal).status == 400 else 403), {"refused": refusal.code}
    except Exception as failure:  # noqa: BLE001  the door must answer; the journal has the type and place, never the text
        log_failure(__name__, failure)
        return 500, {"failed": True}


def _open(sent: dict[str, Any]) -> dict[str, Any]:
    asked = Asked.of(
        _uuid(sent, "case"),
        _word(sent, "purpose"),
        _words(sent, "fields"),
        AUTHORITY,
        _word(sent, "application"),
    )
    return {"fields": openings.open_fields(asked=asked, keys=keyring(), actor=_actor(sent), now=clock.now())}


def _find(sent: dict[str, Any]) -> dict[str, Any]:
    asked = Asked.of(_uuid(sent, "case"), _word(sent, "purpose"), _MATCHED, AUTHORITY, None)
    found = openings.find(asked=asked, actor=_actor(sent), now=clock.now())
    return {"records": [str(record) for record in found.records], "more": found.more}


def _confirm(sent: dict[str, Any]) -> dict[str, Any]:
    cases.confirm_case(case_id=_uuid(sent, "case"), actor=_actor(sent), now=clock.now())
    return {}


def _close(sent: dict[str, Any]) -> dict[str, Any]:
    cases.close_case(case_id=_uuid(sent, "case"), actor=_actor(sent), now=clock.now())
    return {}


VERBS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "/open": _open,
    "/find": _find,
    "/confirm": _confirm,
    "/close": _close,
}


def _verb(method: str, path: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    if method != "POST" or path not in VERBS:
        raise RequestMalformed
    return VERBS[path]


def _body(environ: WSGIEnvironment) -> dict[str, Any]:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > _LONGEST_BODY:
            raise RequestMalformed
        sent = json.loads(environ["wsgi.input"].read(length))
    except (ValueError, RecursionError):
        raise RequestMalformed from None
    if not isinstance(sent, dict):
        raise RequestMalformed
    return sent


def _actor(sent: dict[str, Any]) -> Actor:
    return Actor.caller(_word(sent, "actor"))


def _word(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or "\x00" in value:
        raise RequestMalformed
    return value


def _words(sent: dict[str, Any], name: str) -> list[str]:
    values = sent.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise RequestMalformed
    return values


def _uuid(sent: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_word(sent, name))
    except ValueError:
        raise RequestMalformed from None
