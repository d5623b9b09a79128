"""The owner's texts: a subject line, an empty line, a body, with places for parameters; and a letter made of one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter

from chopmark.strongroom.notices.parameters import PARAMETERS

ENGLISH, CHINESE = LANGUAGES = ("en", "zh-hant")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in one language, as the owner wrote it."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent."""

    subject: str
    body: str


class TextMalformed(ValueError):
    """Not a text of ours; the message says what is wrong with it."""


def read_text(words: str) -> Text:
    """A file's text; a place that is more than a parameter's bare name is a mistake."""
    subject, _end, rest = words.partition("\n")
    if not subject.strip() or not rest.startswith("\n") or not rest.strip():
        raise TextMalformed("needs a subject line, an empty line and a body")
    text = Text(subject.strip(), rest.strip() + "\n")
    places(text)
    return text


def places(text: Text) -> frozenset[str]:
    """The parameters that a text has places for."""
    found = set()
    for part in (text.subject, text.body):
        try:
            pieces = list(Formatter().parse(part))
        except ValueError as error:
            raise TextMalformed(f"cannot be read: {error}") from None
        for _words, name, form, conversion in pieces:
            if name is None:
                continue
            if not name.isidentifier() or form or conversion:
                raise TextMalformed(f"has a place that is no bare name: {{{name}}}")
            found.add(name)
    return frozenset(found)


def compose(texts: Mapping[str, Text], parameters: Mapping[str, str], *, language: str) -> Letter:
    """The letter in the reader's language; where nobody knows it, in both, one under the other."""
    wanted = (language,) if language in texts else LANGUAGES
    letters = [_filled(texts[one], parameters, chinese=one == CHINESE) for one in wanted]
    return Letter(
        subject=" / ".join(letter.subject for letter in letters),
        body="\n---\n\n".join(letter.body for letter in letters),
    )


def _filled(text: Text, parameters: Mapping[str, str], *, chinese: bool) -> Letter:
    said = {name: PARAMETERS[name].worded(value, chinese) for name, value in parameters.items()}
    return Letter(text.subject.format(**said), text.body.format(**said))
