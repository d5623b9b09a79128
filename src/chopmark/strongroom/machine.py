"""The machine door: verbs over HTTP on a Unix socket that only the operator's processes can reach.

Whoever reaches the socket is the caller `authority`; what it says of itself is written down, not believed.
"""

import base64
import json
import re
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from uuid import UUID
from wsgiref.types import StartResponse, WSGIEnvironment

from django.db import close_old_connections

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import clock
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.certificates import Trust
from chopmark.strongroom.desk.front import is_ready
from chopmark.strongroom.errors import RequestMalformed, StrongroomSealed
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.keys.unsealing import state
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.log.errors import OpeningsWaitForWitnesses
from chopmark.strongroom.options import Options
from chopmark.strongroom.policy.errors import AskerSlowed
from chopmark.strongroom.problems import words_for
from chopmark.strongroom.purposes import AUTHORITY
from chopmark.strongroom.services import bulk, cases, choices, leave_to_open, notices, openings
from chopmark.strongroom.services.bulk import Batch
from chopmark.strongroom.services.choices import Use
from chopmark.strongroom.services.leave_to_open import Signed
from chopmark.strongroom.services.notices import Wanted
from chopmark.strongroom.services.openings import Asked

Answer = tuple[int, dict[str, Any]]
_LONGEST_BODY = 64 * 1024  # some hundreds of record identifiers
_OUTLET = re.compile(r"[A-Za-z0-9-]{0,32}")
# A caller's own name for a notice; it becomes a Message-ID and a file's name.
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
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
    if "retry_after" in content:
        headers.append(("Retry-After", str(content["retry_after"])))
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]


def _answer(environ: WSGIEnvironment) -> Answer:
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    if method == "GET" and path in ("/healthz", "/readyz"):
        ready = path == "/healthz" or is_ready()
        waiting = path == "/readyz" and ready and witnesses.are_late(now=clock.now())
        return (200 if ready else 503), {"ready": ready} | ({"openings": "waiting"} if waiting else {})
    if state(Options.read()):
        return 503, {"refused": StrongroomSealed.code}
    try:
        return 200, _verb(method, path)(_body(environ))
    except Refusal as refusal:
        # The refusal is on disk. The door knows four kinds: asked wrongly, not allowed, not so soon, and nothing at present.
        return _refused(refusal)
    except Exception as failure:  # noqa: BLE001  the door must answer; the journal has the type and place, never the text
        log_failure(__name__, failure)
        return 500, {"failed": True}


def _refused(refusal: Refusal) -> Answer:
    if isinstance(refusal, OpeningsWaitForWitnesses):
        return 503, {"refused": refusal.code}
    if isinstance(refusal, AskerSlowed):
        return 429, {"refused": refusal.code, **refusal.details}
    return (400 if words_for(refusal).status == 400 else 403), {"refused": refusal.code}


def _open(sent: dict[str, Any]) -> dict[str, Any]:
    asked = Asked.of(
        _uuid(sent, "case"),
        _word(sent, "purpose"),
        _words(sent, "fields"),
        AUTHORITY,
        _word(sent, "application"),
        _outlet(sent),
    )
    return {"fields": openings.open_fields(asked=asked, keys=keyring(), actor=_actor(sent), now=clock.now())}


def _find(sent: dict[str, Any]) -> dict[str, Any]:
    asked = Asked.of(_uuid(sent, "case"), _word(sent, "purpose"), _MATCHED, AUTHORITY, None, _outlet(sent))
    found = openings.find(asked=asked, actor=_actor(sent), now=clock.now())
    return {"records": [str(record) for record in found.records], "more": found.more}


def _batch(sent: dict[str, Any], fields: Iterable[str]) -> Batch:
    return Batch(
        grant_id=_uuid(sent, "grant"),
        purpose=_word(sent, "purpose"),
        fields=frozenset(fields),
        caller=AUTHORITY,
        records=_uuids(sent, "records"),
        outlet=_outlet(sent),
    )


def _open_roll(sent: dict[str, Any]) -> dict[str, Any]:
    called, roll = bulk.open_roll(
        batch=_batch(sent, bulk.ROLL_FIELDS),
        type_code=_word(sent, "type"),
        keys=keyring(),
        actor=_actor(sent),
        now=clock.now(),
    )
    return {
        "roll": roll,
        "records": [
            {
                "record": str(one.record_id),
                "refused": one.refused,
                "line": one.line and [one.line.name, one.line.email, one.line.age_band],
            }
            for one in called
        ],
    }


def _open_batch(sent: dict[str, Any]) -> dict[str, Any]:
    batch = _batch(sent, _words(sent, "fields"))
    opened = bulk.open_many(batch=batch, keys=keyring(), actor=_actor(sent), now=clock.now())
    return {
        "records": [
            {"record": str(one.record_id), "fields": one.fields, "refused": one.refused} for one in opened
        ]
    }


def _release(sent: dict[str, Any]) -> dict[str, Any]:
    use = Use(service=_word(sent, "service"), purpose=_word(sent, "purpose"), channel=_word(sent, "channel"))
    released = choices.release(
        record_id=_uuid(sent, "record"), use=use, keys=keyring(), actor=_actor(sent), now=clock.now()
    )
    return {"fields": released}


def _challenge(sent: dict[str, Any]) -> dict[str, Any]:
    challenge_id, text = leave_to_open.make_challenge(
        record_id=_uuid(sent, "record"),
        purpose=_word(sent, "purpose"),
        keys=keyring(),
        actor=_actor(sent),
        now=clock.now(),
    )
    return {"challenge": str(challenge_id), "text": text.decode()}


def _open_case_by_certificate(sent: dict[str, Any]) -> dict[str, Any]:
    signed = Signed(
        challenge_id=_uuid(sent, "challenge"),
        certificate_der=_octets(sent, "certificate"),
        signature=_octets(sent, "signature"),
    )
    case_id = leave_to_open.open_case_by_certificate(
        signed=signed,
        trust=Trust.read(Options.read().keys),
        keys=keyring(),
        actor=_actor(sent),
        now=clock.now(),
    )
    return {"case": str(case_id)}


def _open_case_by_grant(sent: dict[str, Any]) -> dict[str, Any]:
    case_id = leave_to_open.open_case_by_grant(
        record_id=_uuid(sent, "record"),
        grant_id=_uuid(sent, "grant"),
        keys=keyring(),
        actor=_actor(sent),
        now=clock.now(),
    )
    return {"case": str(case_id)}


def _open_case_for_notices(sent: dict[str, Any]) -> dict[str, Any]:
    notices.open_case_for_notices(
        case_id=_uuid(sent, "case"), keys=keyring(), actor=_actor(sent), now=clock.now()
    )
    return {}


def _deliver(sent: dict[str, Any]) -> dict[str, Any]:
    wanted = Wanted(
        reference=_reference(sent),
        record_id=_uuid(sent, "record"),
        template=_word(sent, "template"),
        parameters=_pairs(sent, "parameters"),
    )
    standing = notices.deliver(wanted=wanted, actor=_actor(sent), now=clock.now())
    ended_at = None if standing.ended_at is None else int(standing.ended_at.timestamp())
    return {"state": standing.state, "channel": standing.channel, "ended_at": ended_at}


def _confirm(sent: dict[str, Any]) -> dict[str, Any]:
    cases.confirm_case(case_id=_uuid(sent, "case"), actor=_actor(sent), now=clock.now())
    return {}


def _close(sent: dict[str, Any]) -> dict[str, Any]:
    cases.close_case(case_id=_uuid(sent, "case"), actor=_actor(sent), now=clock.now())
    return {}


VERBS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "/open": _open,
    "/open-batch": _open_batch,
    "/open-roll": _open_roll,
    "/find": _find,
    "/confirm": _confirm,
    "/close": _close,
    "/release": _release,
    "/deliver": _deliver,
    "/open-case-for-notices": _open_case_for_notices,
    "/challenge": _challenge,
    "/open-case-by-certificate": _open_case_by_certificate,
    "/open-case-by-grant": _open_case_by_grant,
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


def _pairs(sent: dict[str, Any], name: str) -> dict[str, str]:
    values = sent.get(name)
    if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
        raise RequestMalformed
    return values


def _reference(sent: dict[str, Any]) -> str:
    reference = _word(sent, "reference")
    if not _REFERENCE.fullmatch(reference):
        raise RequestMalformed
    return reference


def _octets(sent: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(_word(sent, name), validate=True)
    except ValueError:
        raise RequestMalformed from None


def _outlet(sent: dict[str, Any]) -> str:
    outlet = _word(sent, "outlet") if "outlet" in sent else ""
    if not _OUTLET.fullmatch(outlet):
        raise RequestMalformed
    return outlet


def _uuids(sent: dict[str, Any], name: str) -> tuple[UUID, ...]:
    try:
        return tuple(UUID(word) for word in _words(sent, name))
    except ValueError:
        raise RequestMalformed from None


def _uuid(sent: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_word(sent, name))
    except ValueError:
        raise RequestMalformed from None
