"""The public face: check a certificate, and check us."""

import re

import pytest
from django.test import Client

from authority.web.world import NAME, issue


def said(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def accepted(asha, submitted):
    """Asha's certificate, which she has accepted."""
    certificate = issue(submitted)
    asha.post(f"/portal/applications/{submitted}/accept")
    return certificate


def test_it_works(visitor):
    page = visitor.get("/")
    assert page.status_code == 200
    for words in ("Electronic certificates you can check", "HK$50", "Demonstration centre", "00:00–24:00"):
        assert words in said(page)


def test_the_home_page_is_within_the_grants_of_the_web_process(visitor, as_process):
    with as_process("web"):
        assert visitor.get("/").status_code == 200
        assert visitor.get("/check?serial=5E0C").status_code == 200


def test_every_link_on_the_home_page_leads_somewhere(visitor):
    page = visitor.get("/").content.decode()
    for address in sorted(set(re.findall(r'href="(/[^"#]*)["#]', page))):
        if not address.startswith("/static/"):
            assert visitor.get(address, follow=True).status_code == 200, address
    anchors = re.findall(r'href="/?#([\w-]+)"', page)
    assert all(f'id="{anchor}"' in page for anchor in anchors)


@pytest.mark.parametrize("code", ["en", "zh-hant"])
def test_the_page_is_in_the_language_of_the_link(visitor, code):
    page = visitor.get(f"/?lang={code}").content.decode()
    assert ("經得起核查的電子證書" in page) == (code == "zh-hant")
    assert ("Electronic certificates" in page) == (code == "en")


def test_a_certificate_is_found_however_its_number_is_written(visitor, accepted):
    plain = accepted.serial_number.hex()
    spaced = " ".join(plain[at : at + 4].upper() for at in range(0, len(plain), 4))
    colons = ":".join(plain[at : at + 2] for at in range(0, len(plain), 2))
    for written in (plain, spaced, colons):
        assert NAME in said(visitor.get("/check", {"serial": written}))


def test_before_its_holder_accepts_it_nobody_reads_her_name(visitor, submitted):
    certificate = issue(submitted)
    serial = certificate.serial_number.hex()
    page = visitor.get("/check", {"serial": serial})
    assert NAME not in said(page)
    assert "In force" in said(page)
    assert visitor.get(f"/repository/{serial.upper()}.crt").status_code == 404


def test_the_repository_has_what_was_accepted(visitor, accepted):
    answer = visitor.get(f"/repository/{accepted.serial_number.hex().upper()}.crt")
    assert answer.content == accepted.certificate_der
    assert answer["Content-Type"] == "application/pkix-cert"


def test_a_revoked_certificate_says_since_when(visitor, asha, accepted):
    address = f"/portal/certificates/1/{accepted.serial_number.hex()}/revoke"
    asha.post(address, {"reason": "1", "password": "nine green harbours"})
    page = said(visitor.get("/check", {"serial": accepted.serial_number.hex()}))
    assert "Do not rely on anything signed after" in page
    assert "the key may be in other hands" in page


def test_a_moment_before_it_was_made_it_was_not_known(visitor, accepted):
    asked = {"serial": accepted.serial_number.hex(), "day_day": "1", "day_month": "1", "day_year": "2020"}
    page = said(visitor.get("/check", asked))
    assert "Not known to us" in page
    assert NAME not in page


@pytest.mark.parametrize("typed", ["", "xyz", "5E0", "00" * 21])
def test_what_is_no_serial_number_is_a_fault_of_the_form(visitor, typed):
    answer = visitor.get("/check", {"serial": typed})
    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode()


def test_a_page_that_is_not_there_says_so_in_our_words(visitor):
    answer = visitor.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in said(answer)


def test_nothing_is_done_by_looking(visitor):
    assert Client().post("/").status_code == 405
    assert Client().post("/check").status_code == 405


def test_it_says_that_issuing_is_paused_while_the_witnesses_are_late(visitor, accepted, monkeypatch):
    words = "No certificate is issued until they do."
    assert words not in said(visitor.get("/"))
    monkeypatch.setattr("chopmark.authority.transparency.witnesses.are_late", lambda *, now: True)

    assert words in said(visitor.get("/"))
    assert "暫停簽發證書" in said(visitor.get("/", headers={"accept-language": "zh-hant"}))
