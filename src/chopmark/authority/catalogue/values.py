"""The values that every part of a pack is made of: words in two languages, days, and one place in a name."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import get_language

from chopmark.authority.catalogue.words import Attribute, Source


def named(name: str, **rest: Any) -> Any:
    return field(metadata={"key": name}, **rest)


def place() -> Any:
    """A row's own name, which is its place in the file and not a key of its own."""
    return field(default="", metadata={"derived": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The same words in the languages of the pack; English and 繁體中文 are always there."""

    en: str
    zh_hant: str = named("zh-hant")
    zh_hans: str | None = named("zh-hans", default=None)

    def in_language(self, code: str) -> str:
        return {"zh-hant": self.zh_hant, "zh-hans": self.zh_hans or self.zh_hant}.get(code.lower(), self.en)

    def __str__(self) -> str:
        return self.in_language(get_language() or "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days on which something holds, first and last included; without a last day it goes on."""

    first_day: date = field(metadata={"key": "from"})
    last_day: date | None = field(default=None, metadata={"key": "until"})

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAttribute:
    """One RDN, in the order of the encoding (C first): a fixed text, or a source that fills it."""

    attribute: Attribute
    literal: str | None = None
    source: Source | None = None
    optional: bool = False
