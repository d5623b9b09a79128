"""Asha asks at the desk and reads the answer; Devi of the owner sees the queue, tells a fee and answers."""

import re
from datetime import timedelta

import pytest
from desk_stage import signs_in, text
from django.test import Client
from owners_stage import home
from people import ASHA, ERRAND, asha_applies
from requests_stage import ACCESS, NEW_PHONE, make

from chopmark.strongroom import clock, vault
from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, Leaf, Record
from chopmark.strongroom.policy.models import Alert
from chopmark.strongroom.policy.requests import RequestAnswer, SubjectRequest
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import request_clock

pytestmark = pytest.mark.usefixtures("strongroom")
ABOUT = "Whom you gave my address last year."
ANSWERED = {"outcome": "complied", "ground": "", "words": "A copy lies at the counter for you."}
REFUSED = {"outcome": "refused", "ground": "identity", "words": "The signature is another."}


@pytest.fixture
def submitted():
    return home(asha_applies(now=clock.now()))


@pytest.fixture
def asha(client, submitted):
    client.post("/history", {"hkid": "A123456(3)", "code": submitted.access_code})
    return client


@pytest.fixture
def devi():
    return signs_in("90011", OfficerRole.OWNER)


def asks(asha) -> str:
    """The address of what she asked, at her own side."""
    return asha.post("/history/requests/new/access", {"about": ABOUT}).headers["Location"]


def at_owners(address: str) -> str:
    return address.replace("/history/requests/", "/owner/data-requests/")


def test_it_works(asha, devi):
    assert "/history/requests" in text(asha.get("/history"))
    assert "You have asked for nothing yet" in text(asha.get("/history/requests"))
    mine = asks(asha)
    assert ABOUT in text(asha.get(mine)) and "To be answered" in text(asha.get("/history/requests"))
    queue = text(devi.get("/owner/data-requests"))
    assert "40 days left" in queue and at_owners(mine) in queue
    assert ABOUT in text(devi.get(at_owners(mine)))
    assert devi.post(at_owners(mine), ANSWERED).headers["Location"] == at_owners(mine)
    page = text(asha.get(mine))
    assert "Complied with" in page and ANSWERED["words"] in page
    assert "To be answered" not in text(devi.get("/owner/data-requests"))


def test_a_correction_is_written_into_the_record(asha, devi, submitted):
    form = {"field": "phone", "wrong": "I gave it up.", "right": "9876 5432"}
    mine = asha.post("/history/requests/new/correction", form).headers["Location"]
    assert "Charged" not in text(asha.get(mine))
    devi.post(at_owners(mine), ANSWERED)
    assert "Written into your record: Mobile number." in text(asha.get(mine))
    record = Record.objects.get(pk=submitted.record_id)
    assert vault.unlock(record.locked, kek=keyring().kek)["phone"] == "+85298765432"


def test_a_held_record_is_not_corrected_and_the_page_says_what_to_do(asha, devi, submitted):
    form = {"field": "phone", "wrong": "I gave it up.", "right": "9876 5432"}
    mine = asha.post("/history/requests/new/correction", form).headers["Location"]
    devi.post("/owner/retention/holds/new", {"application": ERRAND.reference, "reason": "litigation"})
    page = devi.post(at_owners(mine), ANSWERED)
    assert page.status_code == 422 and "nothing in it is written anew" in text(page)
    assert "這份紀錄須予保留" in text(devi.post(f"{at_owners(mine)}?lang=zh-hant", ANSWERED))
    assert not RequestAnswer.objects.exists()


def test_what_is_not_filled_in_is_said_at_the_field(asha, devi):
    assert "Write what you want to see" in text(asha.post("/history/requests/new/access", {}))
    page = asha.post("/history/requests/new/correction", {"field": "phone", "wrong": "Old", "right": "12"})
    assert page.status_code == 422 and "Check the mobile number" in text(page)
    assert not SubjectRequest.objects.exists()
    mine = at_owners(asks(asha))
    for wrong, said in (
        ({}, "Choose the answer"),
        (REFUSED | {"ground": ""}, "Choose the ground on which it is refused"),
        (ANSWERED | {"ground": "identity"}, "Leave the ground out"),
        (ANSWERED | {"words": ""}, "Write what to tell the person"),
        (REFUSED | {"ground": "not_inaccurate"}, "Select a valid choice"),
    ):
        page = devi.post(mine, wrong)
        assert page.status_code == 422 and said in text(page)
    assert not RequestAnswer.objects.exists()


def test_a_fee_is_told_agreed_to_and_charged(asha, devi):
    mine = asks(asha)
    fee = f"{at_owners(mine)}/fee"
    for wrong in ("", "nothing", "0", "50.01", "1.005"):
        assert devi.post(fee, {"amount": wrong}).status_code == 422
    assert devi.post(fee, {"amount": "40"}).status_code == 302
    assert devi.post(fee, {"amount": "10"}).status_code == 422
    page = text(asha.get(mine))
    assert "Access will cost HK$40" in page and "Nothing is charged unless you agree" in page
    assert asha.post(f"{mine}/fee").headers["Location"] == mine
    devi.post(at_owners(mine), ANSWERED)
    assert "Charged: HK$40" in text(asha.get(mine))


def test_the_log_of_refusals_is_a_page_and_a_file(asha, devi):
    assert "Nothing was refused" in text(devi.get("/owner/data-requests/refusals"))
    mine = asks(asha)
    devi.post(at_owners(mine), REFUSED)
    page = text(devi.get("/owner/data-requests/refusals"))
    assert "We could not satisfy ourselves who is asking (s. 20(1)(a), s. 24(1))" in page
    assert at_owners(mine) in page and "90011" in page and REFUSED["words"] not in page
    lines = devi.get("/owner/data-requests/refusals?csv=yes").content.decode().splitlines()
    assert len(lines) == 2 and "s. 20(1)(a)" in lines[1]
    assert "complain to the Privacy Commissioner" in text(asha.get(mine))
    assert "我們未能確定提出要求者的身分" in text(asha.get(mine, {"lang": "zh-hant"}))


def test_what_is_overdue_is_said_first_and_what_came_late_for_ever(asha, devi, submitted):
    request = make(submitted.record_id, now=clock.now() - timedelta(days=45))
    mine = f"/history/requests/{request.pk}"
    assert "5 days overdue" in text(devi.get("/owner/data-requests"))
    assert "Data requests are overdue" in text(devi.get("/owner/"))
    devi.post(at_owners(mine), ANSWERED)
    assert "Complied with, late" in text(devi.get("/owner/data-requests"))
    assert "after the last day for it" in text(asha.get(mine))
    assert "Data requests are overdue" not in text(devi.get("/owner/"))


def test_the_file_of_the_queue_has_days_and_nothing_of_hers(asha, devi):
    asks(asha)
    lines = devi.get("/owner/data-requests?csv=yes").content.decode().splitlines()
    assert len(lines) == 2 and ",40," in lines[1]
    assert ABOUT not in lines[1]


def test_an_alert_names_the_request_by_its_number(asha, devi, submitted):
    now = clock.now()
    request_clock.remind(actor=CLOCK, now=now)
    assert not Alert.objects.exists()
    request = make(submitted.record_id, ACCESS, now=now)
    request_clock.remind(actor=CLOCK, now=now + timedelta(days=41))
    page = text(devi.get("/owner/alerts"))
    assert "A data request is overdue" in page
    assert f"Data request DR {request.reference[2:6]} {request.reference[6:]}" in page
    assert "A purpose that was not agreed" not in text(devi.get(f"/owner/alerts/{Alert.objects.get().pk}"))


def readings():
    return sum(b'"request:read"' in bytes(entry) for entry in Leaf.objects.values_list("entry", flat=True))


def test_each_time_that_an_officer_looks_at_her_words_is_in_the_log(asha, devi):
    mine = at_owners(asks(asha))
    devi.get("/owner/data-requests")
    assert readings() == 0
    devi.get(mine)
    devi.post(mine, {})
    assert readings() == 2
    signs_in("99001", OfficerRole.SUPERVISOR).get(mine)
    assert readings() == 2


def test_the_supervisor_reads_days_and_grounds_and_no_words(asha, submitted):
    ling = signs_in("99001", OfficerRole.SUPERVISOR)
    mine = asks(asha)
    page = text(ling.get(at_owners(mine)))
    assert "40 days left" in page and "To be answered" in page
    assert ABOUT not in page and "<textarea" not in page
    assert ling.post(at_owners(mine), ANSWERED).status_code == 403
    assert ling.get(f"{at_owners(mine)}/fee").status_code == 403


def test_nothing_of_her_but_what_she_wrote_is_on_the_owners_pages(asha, devi):
    mine = asks(asha)
    for address in ("/owner/data-requests", "/owner/data-requests/refusals", at_owners(mine)):
        page = text(devi.get(address))
        for private in (ASHA.name, "CHAN", "A123456", ASHA.email, "91234567", "陳大文"):
            assert private not in page


def test_no_form_that_did_not_come_home_asks_or_is_taken_for_hers(asha, devi):
    mine = asks(asha)
    assert ERRAND.reference[-5:] in text(devi.get(at_owners(mine)))
    Case.objects.update(confirmed_at=None)
    assert ERRAND.reference[-5:] not in text(devi.get(at_owners(mine)))
    form = {"field": "phone", "wrong": "I gave it up.", "right": "9876 5432"}
    page = asha.post("/history/requests/new/correction", form)
    assert page.status_code == 409 and "The application of this record has not arrived" in text(page)


def test_nobody_reads_anothers_request(asha, submitted):
    mine = asks(asha)
    stranger = Client()
    for address in ("/history/requests", "/history/requests/new/access", mine):
        assert stranger.get(address).headers["Location"] == "/history"
    assert stranger.post(f"{mine}/fee").headers["Location"] == "/history"
    assert asha.get("/history/requests/99999").status_code == 404
    assert asha.get("/history/requests/new/deletion").status_code == 404
    bikram = signs_in("20417")
    assert bikram.get("/owner/data-requests").status_code == 403
    assert bikram.post(at_owners(mine), ANSWERED).status_code == 403


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_is_there_in_both_languages(asha, devi, language, submitted):
    make(submitted.record_id, NEW_PHONE, now=clock.now())
    mine = asks(asha)
    for address in (
        "/history/requests",
        "/history/requests/new/access",
        "/history/requests/new/correction",
        mine,
    ):
        page = asha.get(address, {"lang": language})
        assert page.status_code == 200 and re.search(r"<h1[^>]*>.+</h1>", text(page))
    for address in (
        "/owner/data-requests",
        "/owner/data-requests/refusals",
        at_owners(mine),
        f"{at_owners(mine)}/fee",
    ):
        assert devi.get(address, {"lang": language}).status_code == 200
