"""The grounds every page stands on: titles, languages, tags and error pages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

import chopmark.look
from chopmark.look import errors, language
from chopmark.look.pictures import ICONS
from chopmark.look.statuses import STATUSES
from look.words import said_in, unsaid, untranslated

LOOK = Path(chopmark.look.__file__).parent
SOURCE = LOOK.parent
FACES = ["public", "portal", "counter", "console", "desk", "print"]
FACE = {
    "authority": {"en": "Harbour Certification Authority", "zh-hant": "海港核證機關"},
    "owner": {"en": "Records Office", "zh-hant": "紀錄處"},
    "operator": "Tideline",
}


@pytest.fixture(autouse=True)
def names(settings: pytest.FixtureRequest) -> None:
    settings.CHOPMARK_FACE = FACE  # type: ignore[attr-defined]  # the fixture is Django's settings
    settings.TIME_ZONE = "Asia/Hong_Kong"  # type: ignore[attr-defined]


def written(template: str, **context: object) -> str:
    return engines["django"].from_string("{% load look %}" + template).render(context)


def page(face: str, code: str) -> str:
    with translation.override(code):
        return render_to_string(f"look/{face}.html", {}, RequestFactory().get("/"))


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("code", "tag"), [("en", "en-HK"), ("zh-hant", "zh-Hant-HK")])
def test_it_works(face: str, code: str, tag: str) -> None:
    html = page(face, code)
    assert f'<html lang="{tag}">' in html
    assert html.count("<main ") == 1
    assert 'class="skip-link" href="#main"' in html


@pytest.mark.parametrize("face", FACES)
def test_the_title_ends_with_whose_page_it_is(face: str) -> None:
    title = re.search(r"<title>(.*)</title>", page(face, "zh-hant"))
    assert title is not None
    assert title[1].endswith("紀錄處" if face == "desk" else "海港核證機關")


def test_a_page_with_a_faulty_form_says_so_first() -> None:
    faulty = {"form": {"errors": {"name": ["x"]}}}
    assert "<title>Error: " in render_to_string("look/public.html", faulty, RequestFactory().get("/"))


def test_the_other_language_is_a_plain_link_that_keeps_the_query() -> None:
    html = render_to_string("look/public.html", {}, RequestFactory().get("/check?serial=5E0C"))
    assert 'href="?serial=5E0C&amp;lang=zh-hant"' in html


def through_middleware(request: HttpRequest) -> tuple[HttpResponse, str]:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(language.current().code)
        return HttpResponse()

    return language.LanguageMiddleware(view)(request), seen[0]


def test_a_language_link_is_remembered() -> None:
    response, seen = through_middleware(RequestFactory().get("/?lang=zh-hant"))
    assert seen == "zh-hant"
    assert response.cookies["lang"].value == "zh-hant"
    assert response.headers["Content-Language"] == "zh-Hant-HK"


def test_without_a_choice_the_browser_decides() -> None:
    _, seen = through_middleware(RequestFactory(HTTP_ACCEPT_LANGUAGE="fr, zh-TW;q=0.9, en;q=0.8").get("/"))
    assert seen == "zh-hant"


def test_an_invented_language_changes_nothing() -> None:
    response, seen = through_middleware(RequestFactory().get("/?lang=xx"))
    assert seen == "en"
    assert "lang" not in response.cookies


@pytest.mark.parametrize("status", sorted(errors.WORDS))
@pytest.mark.parametrize("code", ["en", "zh-hant"])
def test_an_error_page_repeats_nothing_of_the_request(status: int, code: str) -> None:
    request = RequestFactory().get("/records/CHAN")
    with translation.override(code):
        response = errors.answer(request, status)
        assert str(errors.WORDS[status].title) in response.content.decode()
    assert response.status_code == status
    assert "CHAN" not in response.content.decode()


def test_the_owners_desk_answers_errors_in_its_own_name(settings: pytest.FixtureRequest) -> None:
    settings.CHOPMARK_FACE = FACE | {"base": "look/desk.html"}  # type: ignore[attr-defined]
    assert "Records Office" in errors.not_found(RequestFactory().get("/x")).content.decode()


def test_every_icon_that_a_template_names_exists() -> None:
    named = {
        name for path in SOURCE.rglob("templates/**/*.html")
        for name in re.findall(r'{% icon "(\w+)"', path.read_text())
    }  # fmt: skip
    assert named
    assert named <= set(ICONS)
    assert {status.icon for status in STATUSES.values()} <= set(ICONS)


@pytest.mark.parametrize("name", sorted(STATUSES))
def test_every_status_has_an_icon_and_a_word_in_both_languages(name: str) -> None:
    words = set()
    for code in ("en", "zh-hant"):
        with translation.override(code):
            html = written("{% status name %}", name=name)
            assert "<svg" in html
            words.add(str(STATUSES[name].word))
    assert len(words) == 2


def test_a_moment_is_shown_in_hong_kong_time() -> None:
    at = datetime(2026, 11, 12, 2, 42, 7, tzinfo=UTC)
    assert written("{% moment at %}", at=at) == (
        '<time datetime="2026-11-12T10:42:07+08:00">12 November 2026, 10:42</time>'
    )
    with translation.override("zh-hant"):
        assert "2026年11月12日 10:42:07" in written('{% moment at "seconds" %}', at=at)


def test_a_serial_number_copies_as_one_string() -> None:
    html = written("{% serial value %}", value=bytes.fromhex("5e0c91d7"))
    assert re.sub(r"<[^>]+>", "", html) == "5E0C91D7"


def test_what_a_value_says_is_escaped() -> None:
    assert "<b>" not in written("{% reference value %}", value="<b>")


def test_no_template_has_inline_style_or_script() -> None:
    for path in SOURCE.rglob("templates/**/*.html"):
        assert not re.search(r'\sstyle="|\son[a-z]+="|<script>|<style', path.read_text()), path


def test_every_word_is_in_both_languages() -> None:
    assert untranslated(LOOK) == set()
    assert unsaid(LOOK) == set()
    assert len(said_in(LOOK)) > 50


def test_a_page_that_refuses_repeats_nothing_of_the_request():
    request = RequestFactory().get("/A123456(7)?who=A123456(7)", headers={"referer": "/A123456(7)"})
    for refuse in (
        errors.bad_request,
        errors.forbidden,
        errors.csrf_failure,
        errors.not_found,
        errors.server_error,
    ):
        assert "A123456" not in refuse(request).content.decode()
    assert '?lang=zh-hant"' in errors.not_found(request).content.decode()
