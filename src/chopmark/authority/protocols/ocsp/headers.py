"""The HTTP side of an answer (RFC 5019 §5, §6): what caches are told."""

import hashlib
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache

from chopmark.authority.protocols.ocsp.answering import CACHED_FOR, Answer

Headers = list[tuple[str, str]]

_TYPE = ("content-type", "application/ocsp-response")
_FOR_ONE_ASKER = [_TYPE, ("cache-control", "no-store")]
_CACHED = (
    "cache-control",
    f"max-age={int(CACHED_FOR.total_seconds())}, public, no-transform, must-revalidate",
)


def headers_of(answer: Answer, *, method: str) -> Headers:
    """Only an answer to a GET without a nonce may be kept; a nonce or a refusal is for one asker alone."""
    if method != "GET" or answer.this_update is None or answer.next_update is None or answer.refused:
        return _FOR_ONE_ASKER
    return [
        _TYPE,
        ("last-modified", _http_date(answer.this_update)),
        ("expires", _http_date(answer.next_update)),
        ("etag", f'"{hashlib.sha256(answer.body).hexdigest()}"'),
        _CACHED,
    ]


def dated(headers: Headers, now: datetime) -> Headers:
    """With the moment of sending, which is all that differs when an answer is said again."""
    return [*headers, ("date", _http_date(now))]


def _http_date(moment: datetime) -> str:
    return _date(int(moment.timestamp()))


@lru_cache(maxsize=64)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
