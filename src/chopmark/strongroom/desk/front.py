"""The desk's own first page, and what its keepers ask of the process."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import clock
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.keys.unsealing import state
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.models import Leaf
from chopmark.strongroom.options import Options


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "strongroom/home.html", {"openings_wait": _openings_wait()})


def _openings_wait() -> bool:
    """Whether the witnesses are late; this page is there without its database too."""
    try:
        return not state(Options.read()) and witnesses.are_late(now=clock.now())
    except DatabaseError:
        return False


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can do its work."""
    ready = is_ready()
    return HttpResponse(
        _how_far() if ready else _why_not(), content_type="text/plain", status=200 if ready else 503
    )


def _how_far() -> str:
    # Applications and histories go on, so the process is not to be taken away for it.
    return "ready: openings wait for witnesses of the log\n" if _openings_wait() else "ready\n"


def _why_not() -> str:
    sealed = state(Options.read())
    return f"not ready: {sealed}\n" if sealed else "not ready\n"


def is_ready() -> bool:
    """The keys are open, and the database is there with its tables."""
    if state(Options.read()):
        return False
    try:
        keyring()
        connection.ensure_connection()
        Leaf.objects.order_by("-id").first()
    except (Refusal, DatabaseError):
        return False
    return True
