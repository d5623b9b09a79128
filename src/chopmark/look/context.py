"""The context processor: whose face this is, and in which language."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.module_loading import import_string

from chopmark.look import language

# What CHOPMARK_FACE may say: a mapping with these keys, or the dotted name of a function that answers one. Each value
# is a string, or a mapping from language code to string.
KEYS = (
    "authority",  # the authority's name: "Harbour Certification Authority"
    "service",  # the line under it: "The public e-Cert service"
    "operator",  # the contractor's full name
    "operator_short",
    "owner",  # who owns the records and runs the desk
    "legal",  # one sentence: who the certification authority is in law, and who operates it
    "contract",  # the number of the contract
    "desk",  # the origin of the owner's desk
    "hotline",
    "email",
    "address",
    "notice",  # one sentence for every foot of page, such as that this is a demonstration
    "base",  # the template that error pages extend: look/public.html or look/desk.html
)


def face(request: HttpRequest) -> dict[str, object]:
    """Names in the page's language as `face`, the tag for `<html lang>`, and links to the other language."""
    return {
        "face": names(),
        "html_lang": language.current().tag,
        "languages": language.links(request),
    }


def names() -> dict[str, str]:
    """What the settings call the authority, the operator and the owner, in the language of the page."""
    given = said_by_settings()
    return {key: _said(given.get(key, "")) for key in KEYS}


def said_by_settings() -> Mapping[str, str | Mapping[str, str]]:
    said: Any = getattr(settings, "CHOPMARK_FACE", {})
    given: Mapping[str, str | Mapping[str, str]] = import_string(said)() if isinstance(said, str) else said
    return given


def _said(value: str | Mapping[str, str]) -> str:
    if isinstance(value, str):
        return value
    return value.get(language.current().code) or next(iter(value.values()), "")
