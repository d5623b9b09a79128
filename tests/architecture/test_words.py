"""Every sentence that a page may show exists in both languages."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation import template

SOURCE = Path(__file__).parent.parent.parent / "src" / "chopmark"
KEYWORDS = {
    **dict.fromkeys(("_", "__", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
}
CATALOGUES = sorted(SOURCE.rglob("zh_Hant/LC_MESSAGES/django.po"))


def sources() -> list[Path]:
    return sorted([*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.txt")])


def messages(file: Path) -> Iterator[tuple[str, str | None]]:
    """What a file asks gettext for, as (msgid, context)."""
    text = file.read_text()
    if file.suffix != ".py":
        text = template.templatize(text, origin=str(file))
    for _, message, _, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        yield (message[0] if isinstance(message, tuple) else message), context


def translated() -> set[tuple[str, str | None]]:
    """What the catalogues say, all together: at run time Django looks in all of them."""
    return {
        (message.id[0] if isinstance(message.id, tuple) else message.id, message.context)
        for catalogue in CATALOGUES
        for message in read_po(io.BytesIO(catalogue.read_bytes()))
        if message.id and not message.fuzzy and all(strings(message.string))
    }


def strings(said: str | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else said


def test_it_works():
    found = [message for file in sources() for message in messages(file)]
    assert CATALOGUES
    assert len(found) > 100


def test_every_sentence_has_a_translation():
    known = translated()
    missing = {
        f"{file.relative_to(SOURCE)}: {message[0]!r}"
        for file in sources()
        for message in messages(file)
        if message[0] and message not in known
    }
    assert sorted(missing) == []


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: str(path.relative_to(SOURCE).parts[:2]))
def test_a_translation_keeps_the_placeholders_of_its_sentence(catalogue):
    wrong = [
        (message.id, str(fault))
        for message in read_po(io.BytesIO(catalogue.read_bytes()))
        for fault in message.check()
    ]
    assert wrong == []
