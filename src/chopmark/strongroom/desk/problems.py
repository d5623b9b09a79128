"""A refusal as a page of the desk."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from chopmark.look import errors
from chopmark.pki.refusals import Refusal
from chopmark.strongroom.errors import TooManyAttempts
from chopmark.strongroom.problems import words_for


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    words = words_for(refusal)
    return errors.answer(request, words.status, errors.Words(words.says, words.cure))


class RefusalMiddleware:
    """Whatever refusal a view lets through becomes its page: worded, and with nothing personal."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/static/"):
            # Pages here hold what somebody typed or was shown: no cache and no Back button may keep them.
            response.headers["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return refused(request, exception) if isinstance(exception, Refusal) else None


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What an officer sees whose number is locked for now."""
    return refused(request, TooManyAttempts())
