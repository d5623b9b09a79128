"""Files that anybody may fetch: the log's checkpoint and tiles (C2SP tlog-tiles), CRLs, authority certificates."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseNotModified
from django.urls import resolve
from django.utils.http import parse_etags, quote_etag
from django.views.decorators.http import require_safe

# RFC 2585 §4 for CRLs and certificates; tlog-tiles says plain text for the checkpoint.
CONTENT_TYPES = {
    ".crl": "application/pkix-crl",
    ".crt": "application/pkix-cert",
    ".pem": "application/pem-certificate-chain",
}
PREFIXES = ("/log/", "/crl/", "/ca/")
IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=5"
_PARTIAL_TILE = re.compile(r"\.p/\d+$")


class PublishedFilesMiddleware:
    """Answers for these files before sessions and languages are looked at, so that any cache may keep them for all."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIXES):
            return self._get_response(request)
        try:
            found = resolve(request.path_info)
            return cast(HttpResponse, found.func(request, *found.args, **found.kwargs))
        except Http404:
            return HttpResponseNotFound("not found\n", content_type="text/plain")


@require_safe
def log_file(request: HttpRequest, name: str) -> HttpResponse:
    """A file of the log; a full tile never changes, a partial one and the checkpoint do."""
    is_tile = name.startswith("tile/")
    return _answer(
        request,
        _inside(settings.CHOPMARK_LOG_DIR, name),
        content_type="application/octet-stream" if is_tile else "text/plain; charset=utf-8",
        cache_control=IMMUTABLE if is_tile and not _PARTIAL_TILE.search(name) else SHORT,
    )


@require_safe
def public_file(request: HttpRequest, name: str) -> HttpResponse:
    """A CRL or an authority's certificate."""
    file = _inside(settings.CHOPMARK_PUBLIC_DIR, name)
    content_type = CONTENT_TYPES.get(file.suffix, "application/octet-stream")
    return _answer(request, file, content_type=content_type, cache_control=SHORT)


def _inside(folder: Path, name: str) -> Path:
    file = (folder / name).resolve()
    if not file.is_relative_to(folder.resolve()) or not file.is_file() or file.name.startswith("."):
        raise Http404
    return file


def _answer(request: HttpRequest, file: Path, *, content_type: str, cache_control: str) -> HttpResponse:
    try:
        content = file.read_bytes()
    except FileNotFoundError:  # replaced between the question and the answer
        raise Http404 from None
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    known = parse_etags(request.headers.get("If-None-Match", ""))
    response = (
        HttpResponseNotModified()
        if etag in known or "*" in known
        else HttpResponse(content, content_type=content_type)
    )
    response["ETag"], response["Cache-Control"] = etag, cache_control
    return response
