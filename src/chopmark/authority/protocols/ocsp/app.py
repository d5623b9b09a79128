"""The RSGI application: reads a question without trusting its length, has a thread answer it, and keeps the key certified."""

import asyncio
import base64
import binascii
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import unquote

import structlog
from django.db import connection

from chopmark.authority.kernel import clock
from chopmark.authority.protocols.ocsp.answering import MOST_OCTETS, Answer, answer
from chopmark.authority.protocols.ocsp.counting import Refusals
from chopmark.authority.protocols.ocsp.delegations import Delegations
from chopmark.authority.protocols.ocsp.headers import headers_of
from chopmark.pki.ocsp import OcspTooLarge

log = structlog.get_logger("responder")

THREADS = 4
REFRESH_SECONDS = 1.0
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

    def __init__(self) -> None:
        self.delegations = Delegations()
        self.refusals = Refusals()
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="ocsp")
        self._tasks: list[asyncio.Task[None]] = []

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._tasks = [
            loop.create_task(self._every(REFRESH_SECONDS, self.refresh)),
            loop.create_task(self._every(RECORD_SECONDS, self.record)),
        ]

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        for task in self._tasks:
            task.cancel()
        self.record()
        self._pool.shutdown(wait=False)

    async def __rsgi__(self, scope: Scope, protocol: Any) -> None:
        try:
            await self._respond(scope, protocol)
        except TooLong:
            self.refusals.count([OcspTooLarge.code])
            protocol.response_str(413, TEXT, "too long\n")

    async def _respond(self, scope: Scope, protocol: Any) -> None:
        if scope.method == "GET" and scope.path in ("/healthz", "/readyz"):
            self._say_health(scope.path, protocol)
        elif scope.method == "POST":
            await self._answer(scope, protocol, await _body(scope, protocol))
        elif scope.method == "GET":
            await self._answer(scope, protocol, _question_in(scope.path))
        else:
            protocol.response_str(405, [*TEXT, ("allow", "GET, POST")], "GET or POST\n")

    def _say_health(self, path: str, protocol: Any) -> None:
        ready = path == "/healthz" or self.delegations.is_ready(clock.now())
        protocol.response_str(
            200 if ready else 503, TEXT, "ok\n" if ready else "no delegate certificate yet\n"
        )

    async def _answer(self, scope: Scope, protocol: Any, question: bytes) -> None:
        loop = asyncio.get_running_loop()
        answered: Answer = await loop.run_in_executor(self._pool, self.answer, question)
        self.refusals.count(answered.refused)
        headers = headers_of(answered, method=scope.method, now=clock.now())
        protocol.response_bytes(200, headers, answered.body)

    def answer(self, question: bytes) -> Answer:
        return answer(question, delegations=self.delegations, now=clock.now())

    def refresh(self) -> None:
        self.delegations.refresh(clock.now())

    def record(self) -> None:
        self.refusals.record(clock.now())

    async def _every(self, seconds: float, work: Any) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await loop.run_in_executor(self._pool, _survive, work)
            await asyncio.sleep(seconds)


def _survive(work: Any) -> None:
    # Whatever is wrong (the database is away, no hierarchy yet) is tried again; until then answers say tryLater.
    try:
        work()
    except Exception as error:  # noqa: BLE001  the loop must outlive whatever its work runs into
        log.warning("not_done", work=work.__name__, error=type(error).__name__)
        connection.close()


async def _body(scope: Scope, protocol: Any) -> bytes:
    """The body, if it is no longer than a question can be; a longer one is not read to its end."""
    declared = scope.headers.get("content-length")
    if declared is not None and (not declared.isdecimal() or int(declared) > MOST_OCTETS):
        raise TooLong
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
