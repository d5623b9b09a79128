"""The counter: one case through its steps, and the second officer's chop."""

import re

import pytest
from django.test import Client

from authority.web.world import NAME, PASSWORD, sight
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import process
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.notices import services as notices
from chopmark.authority.notices.policy import Template, reference_of
from chopmark.authority.notices.states import NoticeState


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def ready(intake, submitted) -> str:
    """A case with everything but the request for release."""
    sight(intake, submitted)
    intake.client.post(f"/counter/cases/{submitted}/fee", {"method": "cash"})
    return submitted


def test_it_works(intake, second, ready):
    case = f"/counter/cases/{ready}/"
    assert intake.client.post(f"{case}release").status_code == 302
    assert ready[-5:] in text(second.client.get("/counter/releases/"))
    assert NAME in text(second.client.get(f"/counter/releases/{ready}/"))
    assert second.client.post(f"/counter/releases/{ready}/approve").status_code == 302
    assert "Released" in text(intake.client.get(case))


def test_every_step_is_within_the_grants_of_the_web_process(as_process, intake, second, asha, submitted):
    with as_process("web"):
        sight(intake, submitted)
        intake.client.post(f"/counter/cases/{submitted}/fee", {"method": "cash"})
        intake.client.post(f"/counter/cases/{submitted}/release")
        assert second.client.post(f"/counter/releases/{submitted}/approve").status_code == 302
        for page in ("/counter/", f"/counter/receipts/{submitted}", f"/counter/cases/{submitted}/"):
            assert intake.client.get(page).status_code == 200


def test_the_queue_has_numbers_and_no_names(intake, submitted):
    page = text(intake.client.get("/counter/"))
    assert submitted[-5:] in page
    assert NAME not in page


def test_a_case_is_found_however_its_number_is_spaced(intake, submitted):
    typed = f"ap {submitted[2:6]} {submitted[6:]}"
    assert intake.client.post("/counter/", {"reference": typed})["Location"] == f"/counter/cases/{submitted}/"


def test_a_number_that_nobody_has_is_a_fault_of_the_form(intake):
    answer = intake.client.post("/counter/", {"reference": "AP 2611 99999"})
    assert answer.status_code == 422
    assert "There is no application of that number" in text(answer)


def test_the_steps_come_one_after_another(intake, submitted):
    def now() -> str:
        return intake.client.get(f"/counter/cases/{submitted}/").context["case"].now.title

    assert now() == "Original identity card sighted"
    sight(intake, submitted)
    assert now() == "Fee"
    intake.client.post(f"/counter/cases/{submitted}/fee", {"method": "card"})
    assert now() == "Release by a second officer"


def test_the_way_to_the_owners_desk_has_no_personal_data(intake, submitted, settings):
    address = intake.client.post(f"/counter/cases/{submitted}/sighting")["Location"]
    assert address.startswith(f"{settings.CHOPMARK_DESK_URL}/officer/check?")
    assert set(re.findall(r"(\w+)=", address)) == {"case", "application", "nonce", "lang"}


def test_a_receipt_of_the_desk_counts_once(intake, submitted):
    posted = sight(intake, submitted)
    again = Client().post("/counter/desk-return", {"receipt": posted})
    assert again.status_code == 409
    assert "recorded already" in text(again)


def test_a_card_that_differs_is_told_to_the_officer(intake, submitted):
    sight(intake, submitted, matches=False)
    case = intake.client.get(f"/counter/cases/{submitted}/").context["case"]
    assert case.now.title == "Original identity card sighted"


def test_release_without_the_fee_is_refused_in_words(intake, submitted):
    sight(intake, submitted)
    answer = intake.client.post(f"/counter/cases/{submitted}/release")
    assert answer.status_code == 409
    assert "The fee is not paid" in text(answer)


def test_a_fee_is_taken_once(intake, ready):
    answer = intake.client.post(f"/counter/cases/{ready}/fee", {"method": "cash"})
    assert answer.status_code == 409
    assert "paid already" in text(answer)


def test_how_the_fee_was_paid_must_be_said(intake, submitted):
    sight(intake, submitted)
    assert intake.client.post(f"/counter/cases/{submitted}/fee", {}).status_code == 422


def test_the_receipt_is_in_both_languages_on_one_sheet(intake, asha, ready):
    for answer in (
        intake.client.get(f"/counter/receipts/{ready}"),
        asha.get(f"/portal/receipts/{ready}"),
    ):
        said = text(answer)
        for words in ("Receipt", "收據", "R-", "HK$", "Cash", "現金", "PAID", "已付"):
            assert words in said


def test_she_who_took_part_is_told_why_she_cannot_release(intake, ready):
    intake.client.post(f"/counter/cases/{ready}/release")
    page = intake.client.get(f"/counter/releases/{ready}/")
    assert "the second chop cannot be yours" in text(page)
    answer = intake.client.post(f"/counter/releases/{ready}/approve")
    assert answer.status_code == 403


def test_release_is_offered_only_while_it_is_asked_for(intake, second, ready):
    decide = f"/counter/releases/{ready}/"
    assert "Nothing waits for a second officer here" in text(second.client.get(decide))
    intake.client.post(f"/counter/cases/{ready}/release")
    assert f"{decide}approve" in second.client.get(decide).content.decode()
    second.client.post(f"{decide}approve")
    assert "Nothing waits for a second officer here" in text(second.client.get(decide))


def test_an_envelope_whose_check_figure_is_wrong_is_a_fault_of_its_field(intake, asha):
    from authority.web.world import begin, come_home

    number = begin(asha, key_source="authority")
    come_home(number)
    sight(intake, number)
    intake.client.post(f"/counter/cases/{number}/fee", {"method": "cash"})
    answer = intake.client.post(f"/counter/cases/{number}/envelope", {"envelope": "0481 7236-4"})
    assert answer.status_code == 422
    assert "check figure" in text(answer)


def test_refusing_is_a_page_of_its_own_and_is_told_to_the_applicant(intake, asha, submitted):
    address = f"/counter/cases/{submitted}/refuse"
    assert "Refuse this application?" in text(intake.client.get(address))
    assert intake.client.post(address, {}).status_code == 422
    intake.client.post(address, {"reason": "identity_not_shown"})
    assert "The identity card was not shown" in text(asha.get(f"/portal/applications/{submitted}/"))


def test_the_queue_is_of_her_own_centre(second, submitted):
    assert second.client.get("/counter/").context["outlet_name"] == "Demonstration centre"


def test_an_applicant_is_no_officer(asha, submitted):
    assert asha.get("/counter/")["Location"].startswith("/staff/sign-in")


def test_a_password_without_a_code_opens_nothing(intake):
    client = Client()
    answer = client.post("/staff/sign-in", {"number": "20417", "password": PASSWORD, "code": "000000"})
    assert answer.status_code == 422
    assert client.get("/counter/").status_code == 302


def test_whoever_is_enrolling_is_not_signed_in(db):
    from authority.web.world import Officer
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import ActorKind
    from chopmark.authority.participants import services as participants
    from chopmark.authority.participants.permissions import Role

    token = participants.register_staff(
        number="20999", name="New", kind=ActorKind.OFFICER, roles=[Role.INTAKE_OFFICER], outlet="DEMO",
        vetted_on=clock.now().date(), nondisclosure_on=clock.now().date(),
        actor=participants.FOUNDER, now=clock.now(),
    )  # fmt: skip
    newcomer = Officer("20999", Role.INTAKE_OFFICER)
    newcomer.client.post(f"/staff/welcome/{token}", {"password": PASSWORD, "again": PASSWORD})
    assert newcomer.client.get("/staff/authenticator").status_code == 200
    assert newcomer.client.get("/counter/")["Location"].startswith("/staff/sign-in")


def test_a_welcome_link_works_once(intake):
    assert Client().get("/staff/welcome/used-or-invented").status_code == 404


def test_the_code_of_the_authenticator_is_drawn_without_style_or_script(db):
    from chopmark.authority.web.staff.views import _qr

    drawing = _qr("otpauth://totp/Chopmark:20417?secret=ABC")
    assert drawing.startswith("<svg")
    assert "style" not in drawing
    assert "class" not in drawing


def test_the_officer_reads_what_the_applicant_was_told(as_process, intake, submitted):
    application = by_reference(submitted)
    now = clock.now()
    with as_process("worker"):
        for template in Template:
            notices.tell(
                template=template,
                certificate=CertificateId(1, b"\x5e"),
                application=submitted,
                record_id=application.record_id,
                parameters={},
                actor=process("worker"),
                now=now,
            )
        notices.note_ended(
            reference=reference_of(Template.CERTIFICATE_READY, 1, b"\x5e"),
            state=NoticeState.SENT,
            channel="email",
            ended_at=now,
            actor=process("worker"),
            now=now,
        )
    with as_process("web"):
        page = intake.client.get(f"/counter/cases/{submitted}/")
        chinese = intake.client.get(f"/counter/cases/{submitted}/?lang=zh-hant")
    assert "Certificate ready Sent by e-mail" in text(page)
    assert "Certificate revoked To be sent" in text(page)
    assert "證書已備妥 已以電郵發送" in text(chinese)


def test_of_whom_nothing_was_told_nothing_is_said(intake, submitted):
    assert "What the applicant was told" not in text(intake.client.get(f"/counter/cases/{submitted}/"))
