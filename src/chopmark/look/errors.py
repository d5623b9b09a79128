"""The pages of a request that cannot be answered: what happened, what to do, and no personal data."""

from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.look import language
from chopmark.look.context import said_by_settings


@dataclass(frozen=True, slots=True)
class Words:
    title: Promise | str
    cure: Promise | str


WORDS: Final[dict[int, Words]] = {
    400: Words(_("We could not read that request"), _("Go back, and send it again from the page itself.")),
    403: Words(_("You may not do that here"), _("Sign in as the person whose page this is, and try again.")),
    404: Words(_("There is no such page"), _("Check the address, or start again from the first page.")),
    422: Words(_("Something in the form needs another look"), _("Go back, and correct what the page names.")),
    429: Words(_("Too many tries"), _("Wait 15 minutes, then try again. Nothing has been changed.")),
    500: Words(
        _("Something failed on our side"),
        _("Nothing you sent was kept half-done. Try again in a few minutes."),
    ),
    503: Words(_("The service is not ready"), _("Try again in a few minutes.")),
}


def answer(request: HttpRequest, status: int, words: Words | None = None) -> HttpResponse:
    """A page with the words of a status, or with others of the same kind, on the ground of this origin's own face."""
    said = words or WORDS[status]
    base = said_by_settings().get("base", "look/public.html")
    return render(
        request,
        "look/errors/problem.html",
        {"title": said.title, "cure": said.cure, "base": base, "languages": language.links()},
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent from an old page or from elsewhere."""
    return answer(
        request,
        403,
        Words(
            _("This page had been open too long"),
            _("Go back, load the page again, and send the form once more."),
        ),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, 500)
