"""Nothing of the desk answers while the strongroom is sealed, but what its keepers ask."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from chopmark.strongroom.desk.problems import refused
from chopmark.strongroom.errors import StrongroomSealed
from chopmark.strongroom.keys.unsealing import state
from chopmark.strongroom.options import Options

_ALWAYS = ("/healthz", "/readyz", "/static/")


class SealedMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_ALWAYS) and state(Options.read()):
            return refused(request, StrongroomSealed())
        return self.get_response(request)
