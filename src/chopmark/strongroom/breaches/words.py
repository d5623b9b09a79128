"""What may stand in the register in somebody's own words: something, and nothing that is plainly of a person."""

import re

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import hkid
from chopmark.strongroom.breaches.errors import BreachWordsMissing, BreachWordsName

_LIKE_HKID = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,2}\s?[0-9]{6}\s?\(?[0-9Aa]\)?(?![A-Za-z0-9])")
_LIKE_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def said(text: str) -> str:
    """The words without the space around them; there must be some."""
    words = unnamed(text)
    if not words:
        raise BreachWordsMissing
    return words


def unnamed(text: str) -> str:
    """The same where there may be none. No rule finds a name: the form asks for that, and this finds what has a shape."""
    words = text.strip()
    if _LIKE_EMAIL.search(words) or any(_is_hkid(found.group()) for found in _LIKE_HKID.finditer(words)):
        raise BreachWordsName
    return words


def _is_hkid(text: str) -> bool:
    try:
        hkid.normalise(text)
    except Refusal:
        return False
    return True
