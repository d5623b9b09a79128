"""Asha at the desk: she reads her choices, gives one and takes it back; nothing is chosen beforehand."""

from html import unescape

import pytest
from django.test import Client
from people import asha_applies
from services_stage import POLICY

from chopmark.strongroom import clock, purposes
from chopmark.strongroom.policy.models import Choice

USE = {"service": "club", "purpose": "offers", "channel": "email"}


@pytest.fixture
def approved(monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(POLICY)
    monkeypatch.setenv("STRONGROOM_POLICY", str(file))
    purposes.terms.cache_clear()
    yield
    purposes.terms.cache_clear()


@pytest.fixture
def asha(client, strongroom):
    code = asha_applies(now=clock.now()).access_code
    client.post("/history", {"hkid": "A123456(3)", "code": code})
    return client


def text(answer) -> str:
    return unescape(answer.content.decode())


def test_it_works(approved, asha):
    assert "/history/choices" in text(asha.get("/history"))
    page = text(asha.get("/history/choices"))
    assert "Example Club" in page
    assert (page.count("Not allowed"), page.count("Allowed since")) == (4, 0)
    assert asha.post("/history/choices/allow", USE).headers["Location"] == "/history/choices"
    page = text(asha.get("/history/choices"))
    assert (page.count("Not allowed"), page.count("Allowed since")) == (3, 1)
    asha.post("/history/choices/withdraw", USE)
    assert text(asha.get("/history/choices")).count("Not allowed") == 4
    assert list(Choice.objects.order_by("id").values_list("allowed", flat=True)) == [True, False]


def test_it_is_in_her_language(approved, asha):
    page = text(asha.get("/history/choices", {"lang": "zh-hant"}))
    assert "例子會" in page
    assert "通知你優惠" in page
    assert "我的選擇" in page


def test_who_is_not_signed_in_is_asked_to(approved, strongroom):
    stranger = Client()
    assert stranger.get("/history/choices").headers["Location"] == "/history"
    for verb in ("allow", "withdraw"):
        assert stranger.post(f"/history/choices/{verb}", USE).headers["Location"] == "/history"
    assert not Choice.objects.exists()


def test_a_form_that_was_made_up_is_refused(approved, asha):
    assert asha.post("/history/choices/allow", USE | {"service": "pub"}).status_code == 403
    assert asha.get("/history/choices/allow").status_code == 405
    assert asha.post("/history/choices/withdraw", USE).status_code == 403


def test_it_says_that_nothing_was_approved(asha):
    assert "No service has been approved" in text(asha.get("/history/choices"))


def test_the_history_says_to_everybody_how_late_a_line_may_be(asha):
    assert "after 30 days at the latest" in text(asha.get("/history"))
