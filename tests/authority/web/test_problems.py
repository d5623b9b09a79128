"""Every refusal has words, in both languages, and says what to do."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from django.utils import translation

import chopmark.authority
import chopmark.pki
import chopmark.publiclog
from chopmark.authority.web.problems import PROBLEMS, problem_of
from chopmark.pki.refusals import Refusal

# What a visitor of the faces can meet: the authority's own refusals, the library's, and the strongroom's door.
ROOTS = (chopmark.authority, chopmark.pki, chopmark.publiclog)
DOOR = "chopmark.strongroom.client"


def refusals() -> list[type[Refusal]]:
    for root in ROOTS:
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if "migrations" not in module.name and "__main__" not in module.name:
                importlib.import_module(module.name)
    importlib.import_module(DOOR)
    ours = (*(root.__name__ for root in ROOTS), DOOR)
    return sorted(
        (one for one in {*_below(Refusal)} if one.__module__.startswith(ours)), key=lambda one: one.code
    )


def _below(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)


ALL = refusals()


def test_it_works():
    assert len(ALL) > 50


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_refusal_has_words_in_both_languages(kind):
    problem = PROBLEMS[kind.code]
    said = set()
    for code in ("en", "zh-hant"):
        with translation.override(code):
            assert str(problem.title)
            assert str(problem.cure)
            said.add(problem.sentence)
    assert len(said) == 2


def test_no_words_are_kept_for_what_nobody_refuses():
    assert set(PROBLEMS) - {kind.code for kind in ALL} == {"refused"}


def test_a_refusal_finds_its_words():
    kind = ALL[0]
    assert problem_of(kind.__new__(kind)).title == PROBLEMS[kind.code].title
