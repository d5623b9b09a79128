import importlib
import pkgutil
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.core.management.utils import find_command
from django.utils import translation

import chopmark.publiclog.errors
import chopmark.strongroom
from chopmark.pki.refusals import Refusal
from chopmark.strongroom import client
from chopmark.strongroom.leaves import Tag
from chopmark.strongroom.problems import WORDS
from chopmark.strongroom.purposes import terms

HERE = Path(chopmark.strongroom.__file__).parent
SKIPPED = {"chopmark.strongroom.__main__", "chopmark.strongroom.wsgi", "chopmark.strongroom.main"}


def refusals() -> set[type[Refusal]]:
    """Every refusal of the strongroom but the client's, which other faces word."""
    for module in pkgutil.walk_packages(chopmark.strongroom.__path__, "chopmark.strongroom."):
        if module.name not in SKIPPED:
            importlib.import_module(module.name)

    def under(base: type[Refusal]) -> set[type[Refusal]]:
        return {base}.union(*(under(kind) for kind in base.__subclasses__()))

    roots = ("chopmark.publiclog", "chopmark.strongroom")
    ours = {kind for kind in under(Refusal) if kind.__module__.startswith(roots)}
    return {kind for kind in ours if kind.__module__ != client.__name__}


def test_it_works():
    assert "hkid_malformed" in {kind.code for kind in refusals()}


def test_every_refusal_has_its_own_code_and_its_words():
    codes = [kind.code for kind in refusals()]
    assert len(codes) == len(set(codes))
    assert set(codes) == WORDS.keys()


@pytest.mark.parametrize("code", sorted(WORDS))
def test_the_words_are_in_both_languages(code):
    words = WORDS[code]
    with translation.override("en"):
        english = (str(words.says), str(words.cure))
    with translation.override("zh-hant"):
        chinese = (str(words.says), str(words.cure))
    assert all(one != other for one, other in zip(english, chinese, strict=True))
    assert 400 <= words.status < 600


def catalogue():
    with (HERE / "locale/zh_Hant/LC_MESSAGES/django.po").open("rb") as file:
        return {message.id: message for message in read_po(file) if message.id}


@pytest.mark.skipif(not find_command("xgettext"), reason="xgettext of GNU gettext reads the sources")
def test_every_sentence_is_translated_and_no_translation_is_left_over(tmp_path):
    copy = tmp_path / "strongroom"
    shutil.copytree(HERE, copy)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(copy)
        call_command("makemessages", locale=["zh_Hant"], no_location=True, no_obsolete=True, verbosity=0)
    with (copy / "locale/zh_Hant/LC_MESSAGES/django.po").open("rb") as file:
        said = {message.id for message in read_po(file) if message.id}
    assert said == catalogue().keys()


def test_no_translation_is_empty_or_loses_a_part():
    for english, message in catalogue().items():
        assert message.string, english
        assert not message.fuzzy
        parts = {part for part in ("%(number)s", "%(fields)s", "%(why)s", "%(name)s") if part in english}
        assert all(part in message.string for part in parts)


def test_every_purpose_has_words_in_both_languages():
    assert all(purpose.en and purpose.zh for purpose in terms().purposes.values())


def test_tags_are_in_order():
    assert [tag.name for tag in Tag] == sorted(tag.name for tag in Tag)
    assert all(tag.value.count(":") == 1 for tag in Tag)
