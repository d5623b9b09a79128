"""Journeys over the desk's pages, as a browser makes them."""

import logging
import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from notices_stage import certificate_is_made, deliver, mail, round_
from people import (
    ASHA,
    ERRAND,
    ESHA,
    FORM,
    PASSWORD,
    WORKER,
    asha_applies,
    bikram_is_welcomed,
    code_of,
    visit_of,
)

from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.strongroom import clock, officers
from chopmark.strongroom.client import read_receipt
from chopmark.strongroom.journal import BareFormatter
from chopmark.strongroom.models import Case, Leaf, LeafPayload, Opening, Record
from chopmark.strongroom.notices.sending import MOST_TRIES
from chopmark.strongroom.services import cases
from chopmark.strongroom.services.submit import Submitted
from chopmark.strongroom.tags import Tag

PRIVATE = ("A123456", "1988", "91234567", "9123 4567")
LINK = {"application": ERRAND.reference, "nonce": ERRAND.nonce, "type": ERRAND.type}
APPLY = f"/apply?{urlencode(LINK)}"


def text(answer) -> str:
    return unescape(answer.content.decode())


def value_of(name: str, answer) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', text(answer)).group(1)


@pytest.fixture
def public_key(home):
    return (home / "owner" / "strongroom" / "receipt.pub").read_bytes()


def test_it_works(client, strongroom, public_key):
    assert client.get("/apply", LINK).status_code == 200
    assert client.post(APPLY, FORM).headers["Location"] == "/apply/done"
    done = client.get("/apply/done")
    receipt = read_receipt(value_of("receipt", done), key=public_key)
    assert (receipt.name, receipt.email, receipt.reference) == (ASHA.name, ASHA.email, ERRAND.reference)
    assert 'action="http://localhost:8400/desk-return"' in text(done)
    assert "A••••••(•)" in text(done)
    assert not any(private in text(done) for private in PRIVATE)


def code_on(answer) -> str:
    shown = re.search(r'translate="no">(.*)</span></p>', text(answer))
    return "".join(re.findall(r"<span>(\w{4})</span>", shown.group(1)))


def test_the_access_code_is_shown_once(client, strongroom):
    client.post(APPLY, FORM)
    first, second = client.get("/apply/done"), client.get("/apply/done")
    assert len(code_on(first)) == 12
    assert code_on(first) not in text(second)
    assert value_of("receipt", second) == value_of("receipt", first)


def test_the_form_keeps_what_was_typed_and_says_what_to_do(client, strongroom):
    answer = client.post(APPLY, FORM | {"hkid": "A123456(8)", "phone": "", "birth_date_month": "33"})
    assert answer.status_code == 422
    page = text(answer)
    assert "<title>Error: " in page
    assert "the figure in brackets does not fit the rest" in page
    assert 'href="#id_hkid"' in page
    assert 'href="#id_phone"' in page
    assert 'value="A123456(8)"' in page
    assert 'value="33"' in page
    assert not Record.objects.exists()


def test_the_form_speaks_chinese(client, strongroom):
    answer = client.post(f"{APPLY}&lang=zh-hant", FORM | {"hkid": "A123456(8)"})
    assert answer.status_code == 422
    assert 'lang="zh-Hant-HK"' in text(answer)
    assert "請核對身份證號碼：括號內的數字與前面不符" in text(answer)
    assert text(answer).index('id="id_birth_date_2"') < text(answer).index('id="id_birth_date_0"')


@pytest.mark.parametrize(
    "broken", [{}, LINK | {"nonce": "x"}, LINK | {"application": "../"}, LINK | {"type": "<b>"}]
)
def test_a_broken_link_is_refused(client, strongroom, broken):
    assert client.get("/apply", broken).status_code == 400


def test_a_second_form_for_one_application_is_refused(client, strongroom):
    client.post(APPLY, FORM)
    answer = client.post(APPLY, FORM | {"phone": "6123 4567"})
    assert answer.status_code == 409
    assert "We already have other details for this application" in text(answer)


def test_pressing_twice_costs_nothing(client, strongroom):
    client.post(APPLY, FORM)
    first = value_of("receipt", client.get("/apply/done"))
    client.post(APPLY, FORM)
    assert value_of("receipt", client.get("/apply/done")) == first
    assert Record.objects.count() == 1


def test_a_form_without_its_token_is_refused(strongroom):
    assert Client(enforce_csrf_checks=True).post(APPLY, FORM).status_code == 403
    assert not Record.objects.exists()


def test_no_session_holds_anything_in_the_clear(client, strongroom):
    client.post(APPLY, FORM)
    kept = Session.objects.get().get_decoded()
    assert kept.keys() == {"recorded"}
    assert not any(word in str(kept) for word in (*PRIVATE, "CHAN", "AP2611"))


def test_the_policy_lets_forms_go_to_the_portal_and_nothing_be_kept(client, strongroom):
    headers = client.get("/apply", LINK).headers
    policy = headers["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:8400" in policy
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_the_masthead_is_the_owners(client, strongroom):
    page = text(client.get("/apply", LINK))
    assert "Records Office of the Government" in page
    assert "The operator cannot open it without leave" in page


@pytest.fixture
def at_the_counter(client, strongroom):
    """Bikram, signed in at the desk, with Asha's application in front of him."""
    enrolment = bikram_is_welcomed(clock.now())
    case_id = asha_applies(now=clock.now()).case_id
    signed_in = {
        "number": "20417",
        "password": PASSWORD,
        "code": code_of(enrolment, steps_ahead=1),
        "next": "/history",
    }
    assert client.post("/officer/sign-in", signed_in).headers["Location"] == "/history"
    visit = visit_of(case_id)
    return {"case": str(case_id), "application": visit.reference, "nonce": visit.nonce}


def test_an_officer_compares_and_confirms(client, at_the_counter, public_key):
    assert client.get("/officer/check", at_the_counter).status_code == 200
    agreed = client.post(f"/officer/check?{urlencode(at_the_counter)}", {"hkid": "A123456(3)"})
    assert "CHAN Tai Man" in text(agreed)
    assert "27 March 1988" in text(agreed)
    assert "A123456" not in text(agreed)
    unsaid = client.post(f"/officer/check/confirm?{urlencode(at_the_counter)}", {"original": "on"})
    assert unsaid.status_code == 422
    done = client.post(
        f"/officer/check/confirm?{urlencode(at_the_counter)}", {"original": "on", "face": "on"}
    )
    receipt = read_receipt(value_of("receipt", done), key=public_key)
    assert (receipt.officer, receipt.nonce) == ("20417", at_the_counter["nonce"])
    assert 'action="http://localhost:8400/counter/desk-return"' in text(done)


def test_a_card_that_differs_shows_nothing(client, at_the_counter):
    answer = client.post(f"/officer/check?{urlencode(at_the_counter)}", {"hkid": ESHA.hkid})
    assert answer.status_code == 422
    assert "The number typed from the card is not the one on record" in text(answer)
    assert "CHAN" not in text(answer)
    assert ESHA.hkid not in text(answer)
    refused = client.post(
        f"/officer/check/confirm?{urlencode(at_the_counter)}", {"original": "on", "face": "on"}
    )
    assert refused.status_code == 403


def test_nobody_looks_without_signing_in(client, strongroom):
    asked = {
        "case": str(asha_applies(now=clock.now()).case_id),
        "application": ERRAND.reference,
        "nonce": "c0" * 16,
    }
    answer = client.post(f"/officer/check?{urlencode(asked)}", {"hkid": "A123456(3)"})
    assert answer.headers["Location"].startswith("/officer/sign-in?next=" + quote("/officer/check", safe=""))
    assert not Opening.objects.exists()


def test_a_password_without_the_device_is_not_enough(client, strongroom):
    bikram_is_welcomed(clock.now())
    answer = client.post("/officer/sign-in", {"number": "20417", "password": PASSWORD, "code": "000000"})
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session


def test_an_officer_is_locked_out_after_five_wrong_passwords(client, strongroom):
    enrolment = bikram_is_welcomed(clock.now())
    wrong = {"number": "20417", "password": "wrong", "code": "000000"}
    statuses = [client.post("/officer/sign-in", wrong).status_code for _ in range(5)]
    assert statuses == [422, 422, 422, 422, 429]
    right = wrong | {"password": PASSWORD, "code": code_of(enrolment, steps_ahead=1)}
    assert client.post("/officer/sign-in", right).status_code == 429


def test_who_fails_to_sign_in_as_an_officer_leaves_a_leaf_and_a_locked_number_no_more(client, strongroom):
    bikram_is_welcomed(clock.now())
    for number in ["20417"] * 7 + ["somebody"]:
        client.post("/officer/sign-in", {"number": number, "password": "wrong", "code": "000000"})
    entries = [decode_leaf(bytes(leaf.entry)) for leaf in Leaf.objects.order_by("position")]
    wrong = [entry for entry in entries if entry.tag == Tag.OFFICER_SIGNED_IN]
    assert [entry.refused for entry in wrong] == ["officer_sign_in_refused"] * 4
    assert LeafPayload.objects.latest("leaf_id").payload["actor"] == "officer:20417"


def test_a_sign_in_leads_nowhere_else(client, strongroom):
    enrolment = bikram_is_welcomed(clock.now())
    sent = {"number": "20417", "password": PASSWORD, "next": "https://evil.example/"}
    answer = client.post("/officer/sign-in", sent | {"code": code_of(enrolment, steps_ahead=1)})
    assert answer.headers["Location"] == "http://localhost:8400"


def test_a_welcome_link_works_once(client, strongroom):
    token = officers.register("20417", "LEE Wing Sze", clock.now())
    enrolment = officers.welcomed_by(token, clock.now())
    address = f"/officer/welcome/{token}"
    assert "<svg" in text(client.get(address))
    sent = {"password": PASSWORD, "again": PASSWORD}
    assert client.post(address, sent | {"code": "000000"}).status_code == 422
    enrolment.device.refresh_from_db()
    enrolment.device.throttle_reset()
    weak = {"password": "123456789012", "again": "123456789012", "code": code_of(enrolment)}
    assert client.post(address, weak).status_code == 422
    assert client.post(address, sent | {"code": code_of(enrolment)}).headers["Location"] == "/officer/sign-in"
    assert client.get(address).status_code == 410


def test_the_subject_reads_who_opened_and_who_was_refused(client, at_the_counter):
    client.post(f"/officer/check?{urlencode(at_the_counter)}", {"hkid": ESHA.hkid})
    client.post(f"/officer/check?{urlencode(at_the_counter)}", {"hkid": "A123456(3)"})
    asha = Client()
    again = asha.post(APPLY, FORM)
    assert again.status_code == 302
    assert asha.get("/apply/done").status_code == 200
    code = asha_code()
    signed_in = asha.post("/history", {"hkid": "A123456(3)", "code": code})
    assert signed_in.headers["Location"] == "/history"
    page = text(asha.get("/history"))
    assert page.index("Saw your name, Chinese name and date of birth") < page.index(
        "Compared your identity card number"
    )
    assert page.index("Compared your identity card number") < page.index('class="is-refused"')
    assert "Officer 20417, at this desk" in page
    assert "To check your identity at the counter" in page
    chinese = text(asha.get("/history", {"lang": "zh-hant"}))
    assert "查閱姓名、中文姓名、出生日期" in chinese
    assert "由身份證輸入的號碼與紀錄不符" in chinese


def asha_code() -> str:
    """The code of Asha's record, set anew behind the desk, as it was shown to another browser."""
    from chopmark.strongroom.services import access_codes

    record = Record.objects.get()
    record.access_verifier = access_codes.verifier("ASHA0ASHA0AA", salt=bytes(record.access_salt))
    record.save()
    return "ASHA0ASHA0AA"


def test_a_new_record_has_an_empty_history_and_its_own_code_opens_it(client, strongroom):
    client.post(APPLY, FORM)
    code = code_on(client.get("/apply/done"))
    wrong = client.post("/history", {"hkid": "A123456(3)", "code": "0" * 12})
    assert wrong.status_code == 422
    assert "we have no record with both" in text(wrong)
    client.post("/history", {"hkid": "A123456(3)", "code": code})
    assert "Nobody has looked at your record" in text(client.get("/history"))
    client.post("/history/sign-out")
    assert "Access code" in text(client.get("/history"))


def test_the_journal_never_says_what_an_address_or_an_error_holds():
    with pytest.raises(ValueError) as raised:
        int(ASHA.hkid)
    failure = (raised.type, raised.value, raised.tb)
    message = "Not Found: /officer/welcome/tok"
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, message, (), failure)
    said = BareFormatter().format(record)
    assert "A123456" not in said
    assert "tok" not in said
    assert "ValueError" in said


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/"])
def test_its_keepers_get_an_answer(client, strongroom, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/open", "/find", "/close", "/confirm"])
def test_the_machine_door_is_not_on_the_desk(client, strongroom, address):
    assert client.post(address, {}).status_code == 404


def test_the_other_language_is_one_link_away_on_every_page(client, at_the_counter):
    addresses = [
        (f"{APPLY}&lang=en", FORM | {"hkid": ""}),
        (f"/officer/check?{urlencode(at_the_counter)}", {"hkid": "A123456(3)"}),
        (f"/officer/check/confirm?{urlencode(at_the_counter)}", {"original": "on", "face": "on"}),
    ]
    for address, form in addresses:
        answer = client.post(address, form)
        link = re.search(r'<a href="(\?[^"]*lang=zh-hant)"', text(answer)).group(1)
        other = client.get(address.partition("?")[0] + link, follow=True)
        assert other.status_code == 200
        assert 'lang="zh-Hant-HK"' in text(other)
        client.cookies.pop("lang", None)


def test_the_subject_reads_that_we_wrote_to_her(strongroom, settings):
    asha = Client()
    asha.post(APPLY, FORM)
    case = Case.objects.get()
    now = clock.now()
    cases.confirm_case(case_id=case.pk, actor=WORKER, now=now)
    submitted = Submitted(case_id=case.pk, record_id=case.record_id, receipt="", access_code=None)
    certificate_is_made(submitted, now=now)
    deliver(submitted, now=now)
    asha.post("/history", {"hkid": "A123456(3)", "code": asha_code()})
    page = text(asha.get("/history"))
    assert "We wrote to you that your certificate has been revoked. Nobody else saw your address." in page
    assert "We, for the operator’s system (worker)" in page
    assert "we may write to you about your certificate" in page
    assert ASHA.email not in page
    with mail(settings, accepts=False, answers=False):
        for _ in range(MOST_TRIES + 1):
            now += timedelta(days=1, minutes=1)
            round_(now)
    chinese = text(asha.get("/history", {"lang": "zh-hant"}))
    assert "我們致函通知你證書已被撤銷，但未能送達" in chinese
