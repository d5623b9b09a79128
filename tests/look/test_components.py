"""Every component can be written, in both languages."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

import chopmark.look

COMPONENTS = sorted(Path(chopmark.look.__file__).parent.glob("templates/look/components/*.html"))
NOON = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
CONTEXT = {
    "steps": [{"name": "Type", "state": "done", "href": "/"}, {"name": "Key", "state": "now"}],
    "icon": "check",
    "kind": "ok",
    "word": "GOOD",
    "when": NOON,
    "day": date(2026, 11, 12),
    "lines": [{"kind": "refused", "when": NOON, "what": "Asked", "more": ["and saw nothing"]}],
    "facts": [("Name", "CHAN Tai Man")],
    "title": "Nothing here",
    "text": "Yet",
    "href": "/",
    "action": "Begin",
    "chops": [{"state": "given", "word": "1"}, {"state": "refused", "word": ""}],
    "given": 1,
    "needed": 2,
    "caption": "Fees",
    "columns": [{"label": "Type"}, {"label": "Fee", "numeric": True}],
    "rows": [[{"value": "Personal"}, {"value": "HK$50", "label": "Fee", "numeric": True}]],
    "items": [{"href": "/", "name": "Home", "current": True}],
    "name": "Harbour",
    "sub": "Service",
    "label": "Main",
}


def test_it_works() -> None:
    assert len(COMPONENTS) > 10


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("code", ["en", "zh-hant"])
def test_it_is_written_with_what_it_is_given(component: Path, code: str) -> None:
    with translation.override(code):
        html = render_to_string(f"look/components/{component.name}", CONTEXT, RequestFactory().get("/"))
    assert "<" in html or component.stem in {"error_summary", "operated_by"}
    assert "{%" not in html
    assert "{#" not in html


def test_chops_are_also_said_in_words() -> None:
    html = render_to_string("look/components/chops.html", CONTEXT)
    assert "1 of 2 chops" in html
    assert 'aria-label="Refused"' in html


def test_a_refusal_stands_out_in_a_history() -> None:
    html = render_to_string("look/components/timeline.html", CONTEXT)
    assert 'class="is-refused"' in html
    assert "12 November 2026, 12:00" in html


def test_a_table_keeps_its_meaning_when_it_stacks() -> None:
    html = render_to_string("look/components/table.html", CONTEXT)
    for wanted in ('role="table"', 'scope="row"', 'data-label="Fee"', "<caption"):
        assert wanted in html
