"""The HTTP side of an answer (RFC 5019 §5, §6): what caches are told."""

import hashlib
from datetime import datetime
from email.utils import format_datetime

from chopmark.authority.protocols.ocsp.answering import CACHED_FOR, Answer

Headers = list[tuple[str, str]]


def headers_of(answer: Answer, *, method: str, now: datetime) -> Headers:
    """Only an answer to a GET without a nonce may be kept; a nonce or a refusal is for one asker alone."""
    headers = [("content-type", "application/ocsp-response"), ("date", _http_date(now))]
    if method != "GET" or answer.this_update is None or answer.next_update is None or answer.refused:
        return [*headers, ("cache-control", "no-store")]
    return [
        *headers,
        ("last-modified", _http_date(answer.this_update)),
        ("expires", _http_date(answer.next_update)),
        ("etag", f'"{hashlib.sha256(answer.body).hexdigest()}"'),
        (
            "cache-control",
            f"max-age={int(CACHED_FOR.total_seconds())}, public, no-transform, must-revalidate",
        ),
    ]


def _http_date(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)
