"""The portal, as Asha walks through it."""

import re

import pytest
from django.test import Client

from authority.web.world import NAME, PASSWORD, begin, desk_receipt, issue, own_request
from chopmark.authority.applications.models import Application
from chopmark.authority.participants import sign_in


def test_it_works(asha, submitted):
    issue(submitted)
    page = asha.get(f"/portal/applications/{submitted}/")
    assert NAME in page.content.decode()
    asha.post(f"/portal/applications/{submitted}/accept")
    home = asha.get("/portal/").content.decode()
    assert "In force" in home
    assert submitted in re.sub(r"<[^>]+>", "", home)


def test_every_step_is_within_the_grants_of_the_web_process(as_process, asha):
    with as_process("web"):
        number = begin(asha)
        assert asha.post("/desk-return", {"receipt": desk_receipt(number)}).status_code == 302
    certificate = issue(number)
    with as_process("web"):
        assert asha.get("/portal/").status_code == 200
        asha.post(f"/portal/applications/{number}/accept")
        assert asha.get(f"/portal/applications/{number}/certificate").status_code == 200
        address = f"/portal/certificates/1/{certificate.serial_number.hex()}/revoke"
        assert asha.post(address, {"reason": "1", "password": PASSWORD}).status_code == 302


def test_the_way_to_the_owners_desk_carries_numbers_only(asha, her_number, settings):
    page = asha.get(f"/portal/applications/{her_number}/").content.decode()
    address = re.search(r'href="([^"]+/apply\?[^"]+)"', page)[1]
    assert address.startswith(settings.CHOPMARK_DESK_URL)
    assert f"application={her_number}" in address
    assert re.search(r"nonce=[0-9a-f]{32}", address)
    assert "type=personal" in address
    assert "lang=en" in address


def test_pressing_again_after_a_lost_answer_leads_to_the_same_application(db, monkeypatch):
    asha = Client(raise_request_exception=False)
    chosen = {"outlet": "DEMO", "key_source": "own", "csr_text": own_request()}
    asha.post("/apply/personal/", chosen)
    agreement = asha.get("/apply/personal/agreement").context["form"]["agreement"].value()
    agreed = {"password": PASSWORD, "again": PASSWORD, "agreement": agreement, "agreed": "on"}

    with monkeypatch.context() as broken:
        broken.setattr(sign_in, "sign_in_applicant", None)
        assert asha.post("/apply/personal/agreement", agreed).status_code == 500
    (number,) = Application.objects.values_list("reference", flat=True)
    answer = asha.post("/apply/personal/agreement", agreed)

    assert answer["Location"] == f"/portal/applications/{number}/"
    assert asha.get(answer["Location"]).status_code == 200


def test_a_forged_receipt_changes_nothing(asha, her_number):
    payload, signature = desk_receipt(her_number).split(".")
    forged = f"{payload}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    answer = asha.post("/desk-return", {"receipt": forged})
    assert answer.status_code == 400
    assert NAME not in answer.content.decode()
    assert b"Your application has begun" in asha.get(f"/portal/applications/{her_number}/").content


def test_a_receipt_counts_once(asha, her_number):
    text = desk_receipt(her_number)
    assert asha.post("/desk-return", {"receipt": text}).status_code == 302
    assert asha.post("/desk-return", {"receipt": text}).status_code == 409


def test_nobody_sees_the_application_of_another(submitted):
    bikram = Client()
    begin(bikram)
    answer = bikram.get(f"/portal/applications/{submitted}/")
    assert answer.status_code == 403
    assert NAME not in answer.content.decode()


def test_a_stranger_is_sent_to_sign_in_and_then_where_she_wanted(submitted):
    stranger = Client()
    wanted = f"/portal/applications/{submitted}/"
    answer = stranger.get(wanted)
    assert answer["Location"].startswith("/portal/sign-in?next=")
    number = f"ap {submitted[2:6]} {submitted[6:]}"
    answer = stranger.post("/portal/sign-in", {"number": number, "password": PASSWORD, "next": wanted})
    assert answer["Location"] == wanted


def test_signing_in_leads_nowhere_else(submitted):
    posted = {"number": submitted, "password": PASSWORD, "next": "//elsewhere.example/"}
    assert Client().post("/portal/sign-in", posted)["Location"] == "/portal/"


def test_a_wrong_password_is_a_fault_of_the_form(submitted):
    answer = Client().post("/portal/sign-in", {"number": submitted, "password": "no"})
    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode()


def test_a_short_password_is_refused_at_its_field(asha):
    asha.post("/apply/personal/", {"outlet": "DEMO", "key_source": "authority"})
    agreement = asha.get("/apply/personal/agreement").context["form"]["agreement"].value()
    posted = {"password": "short", "again": "short", "agreement": agreement, "agreed": "on"}
    answer = asha.post("/apply/personal/agreement", posted)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"password"}


def test_a_type_whose_facts_no_page_asks_for_is_not_on_offer(asha):
    offered = asha.get("/apply/").content.decode()
    assert 'value="personal"' in offered
    assert 'value="server"' not in offered
    assert asha.get("/apply/server/").status_code == 409
    assert "/apply/server/" not in asha.get("/").content.decode()


def test_consent_is_not_ticked_beforehand(asha):
    asha.post("/apply/personal/", {"outlet": "DEMO", "key_source": "authority"})
    assert " checked" not in asha.get("/apply/personal/agreement").content.decode()


def test_her_own_key_needs_a_request(asha):
    answer = asha.post("/apply/personal/", {"outlet": "DEMO", "key_source": "own"})
    assert answer.status_code == 422
    assert "csr_text" in answer.context["form"].errors


def test_what_is_not_a_request_is_refused_where_it_was_typed(asha):
    typed = {"outlet": "DEMO", "key_source": "own", "csr_text": "hello"}
    answer = asha.post("/apply/personal/", typed)
    assert answer.status_code == 422
    assert "That is not a certificate request" in str(answer.context["form"].errors)
    assert "hello" in answer.content.decode()


def test_withdrawing_ends_it(asha, submitted):
    asha.post(f"/portal/applications/{submitted}/withdraw")
    assert b"You withdrew this application" in asha.get(f"/portal/applications/{submitted}/").content


def test_rejecting_says_what_is_wrong(asha, submitted):
    issue(submitted)
    address = f"/portal/applications/{submitted}/reject"
    assert asha.post(address, {}).status_code == 422
    assert asha.post(address, {"reason": "name_wrong"}).status_code == 302
    assert b"was not accepted" in asha.get(f"/portal/applications/{submitted}/").content


def test_a_certificate_is_revoked_with_the_password_once_more(asha, submitted):
    certificate = issue(submitted)
    asha.post(f"/portal/applications/{submitted}/accept")
    address = f"/portal/certificates/1/{certificate.serial_number.hex()}/revoke"
    assert b"Revoke this certificate for ever?" in asha.get(address).content
    assert asha.post(address, {"reason": "1", "password": "wrong"}).status_code == 422
    assert asha.post(address, {"reason": "1", "password": PASSWORD}).status_code == 302
    assert b"Revoked" in asha.get("/portal/").content
    assert asha.post(address, {"reason": "1", "password": PASSWORD}).status_code == 422


def test_no_reason_is_chosen_for_her(asha, submitted):
    certificate = issue(submitted)
    address = f"/portal/certificates/1/{certificate.serial_number.hex()}/revoke"
    assert " checked" not in asha.get(address).content.decode()


def test_only_a_reason_that_the_type_permits_is_on_offer(asha, submitted):
    certificate = issue(submitted)
    address = f"/portal/certificates/1/{certificate.serial_number.hex()}/revoke"
    assert asha.post(address, {"reason": "2", "password": PASSWORD}).status_code == 422


def test_the_certificate_is_a_file(asha, submitted):
    certificate = issue(submitted)
    answer = asha.get(f"/portal/applications/{submitted}/certificate")
    assert answer.content == certificate.certificate_der
    assert answer["Content-Type"] == "application/pkix-cert"


@pytest.mark.parametrize("part", ["accept", "withdraw", "key/kept"])
def test_an_act_is_never_a_link(asha, submitted, part):
    answer = asha.get(f"/portal/applications/{submitted}/{part}")
    assert answer["Location"] == f"/portal/applications/{submitted}/"
    assert b"Come to the service centre" in asha.get(answer["Location"]).content


def test_the_other_language_is_a_link_after_a_refusal_too(asha, submitted):
    refused = asha.post(f"/portal/applications/{submitted}/accept")
    assert refused.status_code == 409
    answer = asha.get(f"/portal/applications/{submitted}/accept?lang=zh-hant", follow=True)
    assert "前往服務中心" in answer.content.decode()


def test_forms_are_guarded_against_other_sites(her_number):
    client = Client(enforce_csrf_checks=True)
    assert client.post("/portal/sign-in", {"number": her_number, "password": PASSWORD}).status_code == 403
    assert client.post("/desk-return", {"receipt": desk_receipt(her_number)}).status_code == 302


def test_signing_out_needs_a_new_sign_in(asha, her_number):
    asha.post("/portal/sign-out")
    assert asha.get("/portal/").status_code == 302
