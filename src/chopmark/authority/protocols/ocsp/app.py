"""The RSGI application: reads a question without trusting its length and answers it where it stands, in the event loop.

Beside it one thread follows the database into the status store, and a pool does what may wait: keeping the key certified,
leaving leaves.
"""

import asyncio
import base64
import binascii
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

import structlog
from django.db import connection

from chopmark.authority.kernel import clock
from chopmark.authority.protocols.ocsp.answering import MOST_OCTETS, Answer, answer
from chopmark.authority.protocols.ocsp.counting import Refusals
from chopmark.authority.protocols.ocsp.delegations import Delegations
from chopmark.authority.protocols.ocsp.headers import dated, headers_of
from chopmark.authority.protocols.ocsp.kept import MOST_ANSWERS, Kept, KeptAnswers, Question
from chopmark.authority.validation.status_feed import Changed, run_forever
from chopmark.authority.validation.status_source import StatusSource
from chopmark.authority.validation.status_store import StatusStore
from chopmark.pki.ocsp import OcspTooLarge

log = structlog.get_logger("responder")

REFRESH_SECONDS = 1.0
# Until the signer has given the first certificates, which takes it a moment.
FIRST_REFRESH_SECONDS = 0.1
RECORD_SECONDS = 60.0
TEXT = [("content-type", "text/plain; charset=utf-8")]


class TooLong(Exception):
    """The body is longer than any question; the rest of it was not read."""


class Scope(Protocol):
    """What is used of RSGI's scope."""

    method: str
    path: str
    headers: Any


class Responder:
    """One per process; `application` in config.responder_main."""

    def __init__(self, *, source: StatusSource, folder: Path) -> None:
        self.delegations = Delegations()
        self.source = source
        self.refusals = Refusals()
        self.kept = KeptAnswers()
        self._folder = folder
        # What the kept answers were signed under: they go when it goes.
        self._kept_under = self.delegations.held
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="ocsp")
        self._stop = threading.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._following: threading.Thread | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._tasks = [
            loop.create_task(self._every(self._refresh_seconds, self.refresh)),
            loop.create_task(self._every(lambda: RECORD_SECONDS, self.record)),
        ]
        self._following = threading.Thread(target=self.follow, args=(loop,), name="status", daemon=True)
        self._following.start()

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._stop.set()
        for task in self._tasks:
            task.cancel()
        _survive(self.record)  # its connection may be to a server that was lost since
        self._pool.shutdown(wait=False)

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        method = scope.method
        try:
            if method == "POST":
                self._answer(method, await _body(scope, protocol), protocol)
            elif method != "GET":
                protocol.response_str(405, [*TEXT, ("allow", "GET, POST")], "GET or POST\n")
            elif scope.path in {"/healthz", "/readyz"}:
                self._say_health(scope.path, protocol)
            else:
                self._answer(method, scope.path, protocol)
        except TooLong:
            self.refusals.count([OcspTooLarge.code])
            protocol.response_str(413, TEXT, "too long\n")

    def _say_health(self, path: str, protocol: Any) -> None:
        now = clock.now()
        lacks = None if path == "/healthz" else self._lacks(now)
        protocol.response_str(200 if lacks is None else 503, TEXT, f"{lacks or 'ok'}\n")

    def _lacks(self, now: datetime) -> str | None:
        if not self.source.is_known(now):
            return "status is not known yet, or no longer"
        return None if self.delegations.held.is_ready(now) else "no delegate certificate yet"

    def _answer(self, method: str, question: Question, protocol: Any) -> None:
        now = clock.now()
        kept = self.said(question, now)
        if kept is None:
            asked = question if isinstance(question, bytes) else _question_in(question)
            answered = self.answer(asked, now)
            headers = headers_of(answered, method=method)
            kept = Kept(
                answered.body,
                headers,
                answered.this_update or now,
                answered.again_until or now,
                answered.about,
            )
            if answered.again_until is not None:
                self.kept.keep(question, kept)
            if answered.refused:
                self.refusals.count(answered.refused)
        protocol.response_bytes(200, dated(kept.headers, now), kept.body)

    def said(self, question: Question, now: datetime) -> Kept | None:
        """What was answered to that before, if it would be answered now."""
        if self._kept_under is not self.delegations.held:
            self.kept.forget_all()
            self._kept_under = self.delegations.held
        return self.kept.get(question, now) if self.source.is_known(now) else None

    def answer(self, question: bytes, now: datetime) -> Answer:
        return answer(question, delegations=self.delegations, source=self.source, now=now)

    def heard(self, store: StatusStore, changed: Changed, as_of: datetime) -> None:
        """A round was done: what it changed is forgotten before the store is vouched for."""
        if changed is None or len(changed) > MOST_ANSWERS:
            self.kept.forget_all()
        else:
            self.kept.forget(changed)
        self.source.read_from(store, right_as_of=as_of)

    def follow(self, loop: asyncio.AbstractEventLoop) -> None:
        run_forever(self._folder, told=lambda *news: _tell(loop, self.heard, *news), stop=self._stop)

    def refresh(self) -> None:
        self.delegations.refresh(clock.now())

    def record(self) -> None:
        self.refusals.record(clock.now())

    def _refresh_seconds(self) -> float:
        return REFRESH_SECONDS if self.delegations.held.is_ready(clock.now()) else FIRST_REFRESH_SECONDS

    async def _every(self, seconds: Callable[[], float], work: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(self._pool, _survive, work)
            await asyncio.sleep(seconds())


def _tell(loop: asyncio.AbstractEventLoop, heard: Callable[..., None], *news: object) -> None:
    with suppress(RuntimeError):  # the loop has ended, and we are about to
        loop.call_soon_threadsafe(heard, *news)


def _survive(work: Callable[[], None]) -> None:
    # Whatever is wrong (the database is away, no hierarchy yet) is tried again; until then answers say tryLater.
    try:
        work()
    except Exception as error:  # noqa: BLE001  the loop must outlive whatever its work runs into
        log.warning("not_done", work=work.__name__, error=type(error).__name__)
        connection.close()


async def _body(scope: Scope, protocol: Any) -> bytes:
    """The body, if it is no longer than a question can be; a longer one is not read to its end."""
    declared = scope.headers.get("content-length")
    if declared is not None:
        if not declared.isdecimal() or int(declared) > MOST_OCTETS:
            raise TooLong
        whole: bytes = await protocol()
        return whole
    body = bytearray()
    async for chunk in protocol:
        body += chunk
        if len(body) > MOST_OCTETS:
            raise TooLong
    return bytes(body)


def _question_in(path: str) -> bytes:
    """The request in a GET's path (RFC 6960 appendix A.1); what is not base64 is an empty, and so malformed, question."""
    encoded = unquote(path.removeprefix("/"))
    if len(encoded) > MOST_OCTETS * 4 // 3 + 4:
        raise TooLong
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return b""
