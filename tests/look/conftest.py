"""Compiled words: gettext reads .mo files, which are made, not kept."""

from chopmark.config.words import compile_words

compile_words()
