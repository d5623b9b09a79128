"""The faces say everything in both languages."""

from pathlib import Path

import chopmark.authority.web
from look.words import said_in, unsaid, untranslated

WEB = Path(chopmark.authority.web.__file__).parent


def test_it_works():
    assert len(said_in(WEB)) > 400


def test_every_word_is_in_both_languages():
    assert untranslated(WEB) == set()


def test_no_translation_is_kept_for_what_no_page_says():
    assert unsaid(WEB) == set()
