"""`/log/…`: the log's checkpoint and tiles, for anybody and for any cache (C2SP tlog-tiles)."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.tiles import CHECKPOINT_PATH, parse_path
from chopmark.strongroom.options import Options

PREFIX = "/log/"
IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=5"
_PARTIAL_TILE = re.compile(r"\.p/\d+$")


class LogFilesMiddleware:
    """Answers before sessions and languages are looked at, so that any cache may keep these files for all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX):
            return self._get_response(request)
        return log_file(request, request.path_info.removeprefix(PREFIX))


@require_safe
def log_file(request: HttpRequest, name: str) -> HttpResponse:
    """A file of the log; a full tile never changes, a partial one and the checkpoint do."""
    content = _content(Options.read().log_folder, name)
    if content is None:
        return HttpResponseNotFound("not found\n", content_type="text/plain")
    is_tile = name != CHECKPOINT_PATH
    response = _unless_known(
        request, content, "application/octet-stream" if is_tile else "text/plain; charset=utf-8"
    )
    response.headers["Cache-Control"] = IMMUTABLE if is_tile and not _PARTIAL_TILE.search(name) else SHORT
    return response


def _content(folder: Path, name: str) -> bytes | None:
    """Only what a log may have is looked for: no other name, however it is written, reaches the folder."""
    try:
        if name != CHECKPOINT_PATH:
            parse_path(name)
        return (folder / name).read_bytes()
    except (Refusal, FileNotFoundError, NotADirectoryError):
        return None


def _unless_known(request: HttpRequest, content: bytes, content_type: str) -> HttpResponse:
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in known or "*" in known:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(content, content_type=content_type)
    response.headers["ETag"] = etag
    return response
