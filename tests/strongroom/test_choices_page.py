"""Asha at the desk: she reads her choices, gives one and takes it back; nothing is chosen beforehand."""

import re
from dataclasses import replace
from html import unescape

import pytest
from django.test import Client
from owners_stage import home
from people import ERRAND, asha_applies
from services_stage import POLICY

from chopmark.strongroom import clock, purposes
from chopmark.strongroom.policy.models import Choice, Suppression

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


def read_by(subject) -> dict[str, str]:
    """What the page of her choices lets her send: a use, and the digest of what stands beside it."""
    page = text(subject.get("/history/choices"))
    digest = re.search(
        r'value="offers"><input[^>]*value="email"><input[^>]*name="text" value="([0-9a-f]{64})"', page
    )
    return USE | {"text": digest[1]}


def test_it_works(approved, asha):
    assert "/history/choices" in text(asha.get("/history"))
    page = text(asha.get("/history/choices"))
    assert "Example Club" in page
    assert (page.count("Not allowed"), page.count("Allowed since")) == (5, 0)
    assert asha.post("/history/choices/allow", read_by(asha)).headers["Location"] == "/history/choices"
    page = text(asha.get("/history/choices"))
    assert (page.count("Not allowed"), page.count("Allowed since")) == (4, 1)
    asha.post("/history/choices/withdraw", USE)
    assert text(asha.get("/history/choices")).count("Not allowed") == 5
    assert list(Choice.objects.order_by("id").values_list("allowed", flat=True)) == [True, False]


def test_it_is_in_her_language(approved, asha):
    page = text(asha.get("/history/choices", {"lang": "zh-hant"}))
    assert "例子會" in page
    assert "通知你優惠" in page
    assert "我的選擇" in page


def test_what_part_6a_demands_stands_beside_each_service_in_her_language(approved, asha):
    page = text(asha.get("/history/choices"))
    for word in (
        "Smart card readers",
        "To nobody else",
        "Insurers in Hong Kong, in return for money",
        "free of charge",
    ):
        assert word in page
    page = text(asha.get("/history/choices", {"lang": "zh-hant"}))
    for word in ("智能卡閱讀器", "香港的保險公司", "你的電郵地址", "免費"):
        assert word in page


def test_a_yes_in_chinese_is_kept_as_one(approved, asha):
    asha.get("/history/choices", {"lang": "zh-hant"})
    asha.post("/history/choices/allow", read_by(asha))
    assert Choice.objects.get().language == "zh-hant"


def test_what_was_not_on_the_page_is_no_yes(approved, asha):
    for wrong in ("", "§", "00" * 32):
        assert asha.post("/history/choices/allow", USE | {"text": wrong}).status_code == 409
    assert not Choice.objects.exists()


STATEMENT = "/history/choices/partners/partner_offers/email"


def test_what_is_handed_on_is_a_statement_of_its_own(approved, asha):
    assert f'href="{STATEMENT}"' in text(asha.get("/history/choices"))
    page = text(asha.get(STATEMENT))
    assert "Insurers in Hong Kong" in page and "checked" not in page
    digest = re.search(r'name="text" value="([0-9a-f]{64})"', page)[1]
    assert asha.post(STATEMENT, {"text": digest}).status_code == 422
    use = {"service": "partners", "purpose": "partner_offers", "channel": "email", "text": digest}
    assert asha.post("/history/choices/allow", use).status_code == 422
    assert not Choice.objects.exists()
    assert asha.post(STATEMENT, {"text": digest, "agrees": "on"}).headers["Location"] == "/history/choices"
    assert Choice.objects.get().in_writing


def test_she_forbids_all_of_it_and_takes_that_back(approved, asha):
    asha.post("/history/choices/allow", read_by(asha))
    assert asha.post("/history/choices/forbid").headers["Location"] == "/history/choices"
    page = text(asha.get("/history/choices"))
    assert "Nobody may contact you for marketing" in page and "does not count now" in page
    assert "/history/choices/allow" not in page and STATEMENT not in page
    assert asha.post("/history/choices/allow", USE | {"text": "00" * 32}).status_code == 403
    asha.post("/history/choices/permit")
    page = text(asha.get("/history/choices"))
    assert "does not count now" not in page and page.count("Allowed since") == 1


def test_the_page_says_where_her_word_still_stands(approved, client, strongroom):
    first = home(asha_applies(now=clock.now()))
    errand = replace(ERRAND, reference="AP261100421", nonce="60" * 16)
    second = home(asha_applies(errand=errand, now=clock.now()))
    for submitted, verb in ((first, "forbid"), (second, "permit")):
        client.post("/history", {"hkid": "A123456(3)", "code": submitted.access_code})
        page = text(client.get("/history/choices"))
        assert ("It stands on another application of yours too" in page) == (verb == "permit")
        client.post(f"/history/choices/{verb}")
    page = text(client.get("/history/choices"))
    assert "It was said of another application of yours" in page
    assert "/history/choices/permit" not in page


def test_who_is_not_signed_in_is_asked_to(approved, strongroom):
    stranger = Client()
    assert stranger.get("/history/choices").headers["Location"] == "/history"
    for verb in ("allow", "withdraw", "forbid", "permit"):
        assert stranger.post(f"/history/choices/{verb}", USE).headers["Location"] == "/history"
    assert stranger.get(STATEMENT).headers["Location"] == "/history"
    assert not Choice.objects.exists() and not Suppression.objects.exists()


def test_a_form_that_was_made_up_is_refused(approved, asha):
    assert asha.post("/history/choices/allow", USE | {"service": "pub"}).status_code == 403
    assert asha.get("/history/choices/allow").status_code == 405
    assert asha.post("/history/choices/withdraw", USE).status_code == 403


def test_it_says_that_nothing_was_approved(asha):
    assert "No service has been approved" in text(asha.get("/history/choices"))


def test_the_history_says_to_everybody_how_late_a_line_may_be(asha):
    assert "after 30 days at the latest" in text(asha.get("/history"))
