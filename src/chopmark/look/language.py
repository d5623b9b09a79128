"""Which of the two languages a page is in, and the plain links between them (design 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import translation
from django.utils.cache import patch_vary_headers

COOKIE: Final = "lang"
PARAMETER: Final = "lang"
A_YEAR: Final = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Language:
    """A language that every page is complete in; `tag` is what `<html lang>` says, and chooses glyphs and voice."""

    code: str
    tag: str
    name: str


LANGUAGES: Final = (Language("en", "en-HK", "English"), Language("zh-hant", "zh-Hant-HK", "繁體中文"))
_BY_CODE: Final = {language.code: language for language in LANGUAGES}


def current() -> Language:
    """The language of the page being written."""
    active = (translation.get_language() or "en").lower()
    return LANGUAGES[1] if active.startswith("zh") else LANGUAGES[0]


def in_chinese() -> bool:
    return current() is LANGUAGES[1]


def chosen_for(request: HttpRequest) -> Language:
    """The link followed now, else the one followed before, else what the browser asks for."""
    for code in (request.GET.get(PARAMETER), request.COOKIES.get(COOKIE)):
        if code in _BY_CODE:
            return _BY_CODE[code]
    return _preferred(request.headers.get("Accept-Language", ""))


def _preferred(header: str) -> Language:
    for part in header.lower().split(","):
        wish = part.split(";")[0].strip()
        if wish.startswith("zh"):
            return LANGUAGES[1]
        if wish.startswith("en"):
            return LANGUAGES[0]
    return LANGUAGES[0]


class LanguageMiddleware:
    """Every page takes `?lang=`; the choice stays in a cookie of this origin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_for(request)
        with translation.override(language.code):
            response = self.get_response(request)
        response.headers["Content-Language"] = language.tag
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if request.GET.get(PARAMETER) in _BY_CODE:
            _remember(response, language)
        return response


def _remember(response: HttpResponse, language: Language) -> None:
    response.set_cookie(
        COOKIE,
        language.code,
        max_age=A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def links(request: HttpRequest | None = None) -> list[dict[str, object]]:
    """The same page in each language, as plain links that keep the query; without a request, they repeat nothing of it."""
    return [
        {"language": language, "href": _in(language, request), "current": language is current()}
        for language in LANGUAGES
    ]


def _in(language: Language, request: HttpRequest | None) -> str:
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[PARAMETER] = language.code
    return f"?{query.urlencode()}"
