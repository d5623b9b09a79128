"""Bikram at the desk's pages: his case, what he sees of it, and Chandra who agrees on a sign-in of his own."""

import pytest
from desk_stage import signs_in, text
from owners_stage import home
from people import ASHA, asha_applies

from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.models import Case, Opening
from chopmark.strongroom.policy.models import PairRequest, Suspension
from chopmark.strongroom.policy.registers import OfficerCase
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import complaints

WANTED = {"application": "ap 2611 00419", "file": "ENQ/118", "why": "She asked at the counter."}
PRIVATE = (ASHA.name, ASHA.hkid, ASHA.phone, ASHA.email, "1988-03-27")


@pytest.fixture
def asha(strongroom):
    return home(asha_applies(now=clock.now()))


@pytest.fixture
def bikram(asha):
    return signs_in("20417")


def opens(officer, purpose="enquiry", **more):
    answer = officer.post("/officer/cases/new", WANTED | {"purpose": purpose} | more)
    assert answer.status_code == 302, text(answer)
    return answer.headers["Location"]


def test_it_works(bikram):
    address = opens(bikram)
    page = text(bikram.get(address))
    assert "To answer your enquiry" in page and "She asked at the counter." in page
    assert "The person is told at once." in page
    assert not any(private in page for private in PRIVATE)
    seen = text(bikram.post(f"{address}/ask", {"fields_asked": ["name", "hkid:masked"]}))
    assert ASHA.name in seen and "A••••••(•)" in seen and ASHA.hkid not in seen
    assert "Openings left" in seen and "9 of 10" in seen
    again = text(bikram.get(address))
    assert ASHA.name not in again and "Identity card number, letters only" in again
    assert address in text(bikram.get("/officer/cases"))


def test_she_asked_that_nobody_contacts_her(bikram):
    address = opens(bikram)
    assert "Nobody may contact her for marketing" in text(bikram.get(address))
    assert bikram.post(f"{address}/no-marketing").headers["Location"] == address
    assert "This person has said that nobody may contact her" in text(bikram.get(address))
    assert signs_in("20588").post(f"{address}/no-marketing").status_code == 403


@pytest.mark.parametrize("address", ["/officer/cases", "/officer/cases/new", "/officer/requests"])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_is_there_when_nothing_has_happened(bikram, address, language):
    page = bikram.get(address, {"lang": language})
    assert page.status_code == 200
    assert ('<html lang="zh-Hant-HK"' in text(page)) == (language == "zh-hant")


def test_who_is_not_signed_in_is_asked_to(client, asha):
    for address in ("/officer/cases", "/officer/cases/new", "/officer/requests"):
        assert client.get(address).headers["Location"] == f"/officer/sign-in?next={address}"
    assert client.post("/officer/cases/new", WANTED | {"purpose": "enquiry"}).status_code == 302
    assert not OfficerCase.objects.exists()


def test_a_form_says_what_is_missing(bikram):
    answer = bikram.post("/officer/cases/new", {"application": "../"})
    page = text(answer)
    assert answer.status_code == 422
    for words in ("Choose what you need it for", "two letters, then figures", "Say why you need it"):
        assert words in page
    unknown = bikram.post("/officer/cases/new", WANTED | {"purpose": "enquiry", "application": "AP2611 9"})
    assert unknown.status_code == 422
    nobody = bikram.post("/officer/cases/new", WANTED | {"purpose": "enquiry", "application": "AP261100999"})
    assert nobody.status_code == 422 and "no record has come with it" in text(nobody)


def test_an_officer_is_offered_what_her_role_may_use(bikram):
    assert "lawful_request" not in text(bikram.get("/officer/cases/new"))
    devi = signs_in("90011", OfficerRole.OWNER)
    page = text(devi.get("/officer/cases/new"))
    assert "lawful_request" in page and "To answer your enquiry" not in page
    assert "The person is told on" in page and "so that an inquiry was not put at risk" in page


def test_nothing_is_shown_without_a_tick_and_nothing_in_full_without_a_reason(bikram):
    address = opens(bikram)
    assert bikram.post(f"{address}/ask", {}).status_code == 422
    assert bikram.post(f"{address}/ask", {"fields_asked": ["hkid"]}).status_code == 422
    correction = opens(bikram, "correction")
    answer = bikram.post(f"{correction}/ask", {"fields_asked": ["phone"], "why": " "})
    assert answer.status_code == 422 and "Say why you need it" in text(answer)
    assert not Opening.objects.filter(refused="").exists()


def test_two_agree_each_in_a_session_of_her_own(bikram):
    address = opens(bikram, "correction")
    asked = {"fields_asked": ["phone", "phone:masked"], "why": "The number has changed."}
    assert bikram.post(f"{address}/ask", asked).headers["Location"] == address
    request = PairRequest.objects.get()
    assert request.fields == ["phone"]
    assert "Waiting for a second officer" in text(bikram.get(address))
    # His own request is not in his list, and he cannot answer it.
    assert "Nothing waits for you" in text(bikram.get("/officer/requests"))
    assert bikram.get(f"/officer/requests/{request.pk}").status_code == 403
    assert bikram.post(f"/officer/requests/{request.pk}/confirm").status_code == 403
    chandra = signs_in("20588")
    assert f"/officer/requests/{request.pk}" in text(chandra.get("/officer/requests"))
    page = text(chandra.get(f"/officer/requests/{request.pk}"))
    assert "The number has changed." in page and "She asked at the counter." in page
    assert not any(private in page for private in PRIVATE)
    assert chandra.post(f"/officer/requests/{request.pk}/confirm").status_code == 302
    assert chandra.get(f"/officer/requests/{request.pk}").status_code == 404
    assert "you may open it once" in text(bikram.get(address))
    seen = text(bikram.post(f"{address}/open/{request.pk}"))
    assert ASHA.phone in seen
    twice = bikram.post(f"{address}/open/{request.pk}")
    assert twice.status_code == 403 and ASHA.phone not in text(twice)
    assert "A second officer has not confirmed this" in text(twice)


def test_the_second_declines_and_the_first_reads_why(bikram):
    address = opens(bikram, "correction")
    bikram.post(f"{address}/ask", {"fields_asked": ["hkid"], "why": "?"})
    request, chandra = PairRequest.objects.get(), signs_in("20588")
    decline = f"/officer/requests/{request.pk}/decline"
    assert chandra.post(decline, {}).status_code == 422
    assert chandra.post(decline, {"because": "less_is_enough"}).status_code == 302
    page = text(bikram.get(address))
    assert "Not confirmed" in page and "Less would be enough" in page and "Officer 20588" in page
    assert bikram.post(f"{address}/open/{request.pk}").status_code == 403
    assert chandra.post(f"/officer/requests/{request.pk}/confirm").status_code == 404
    assert PairRequest.objects.get().confirmed_at is None


def test_another_officers_case_is_not_shown(bikram):
    address = opens(bikram)
    chandra = signs_in("20588")
    assert chandra.get(address).status_code == 403
    assert chandra.post(f"{address}/ask", {"fields_asked": ["name"]}).status_code == 403
    assert chandra.post(f"{address}/close").status_code == 403
    assert not Opening.objects.filter(refused="").exists()


def test_a_closed_case_opens_nothing(bikram):
    address = opens(bikram)
    assert bikram.post(f"{address}/close").status_code == 302
    assert "Closed" in text(bikram.get(address))
    answer = bikram.post(f"{address}/ask", {"fields_asked": ["name"]})
    assert answer.status_code == 403 and "The case is closed" in text(answer)
    assert Case.objects.get(kind="officer").closed_at


def test_who_is_stopped_is_told_so_on_the_page(bikram):
    address = opens(bikram)
    Suspension.objects.create(leaf_id=1, pattern="p", asker="desk/20417", began_at=clock.now())
    answer = bikram.post(f"{address}/ask", {"fields_asked": ["name"]})
    assert answer.status_code == 403
    assert "Asking has been stopped until the office that keeps the records allows it" in text(answer)
    assert "To answer your enquiry" in text(answer)


def test_who_is_slowed_reads_for_how_long(bikram, monkeypatch):
    from chopmark.strongroom.policy.errors import AskerSlowed
    from chopmark.strongroom.services import watching

    def slow(*_):
        raise AskerSlowed(retry_after=30)

    address = opens(bikram)
    monkeypatch.setattr(watching, "require_free", slow)
    answer = bikram.post(f"{address}/ask", {"fields_asked": ["name"]})
    assert answer.status_code == 429 and "Wait 30 seconds." in text(answer)


def test_the_owner_reads_the_reason_when_the_subject_complains(bikram, asha):
    address = opens(bikram, "correction")
    bikram.post(f"{address}/ask", {"fields_asked": ["phone"], "why": "The number has changed."})
    request = PairRequest.objects.get()
    signs_in("20588").post(f"/officer/requests/{request.pk}/confirm")
    bikram.post(f"{address}/open/{request.pk}")
    line = Opening.objects.get(refused="")
    complaint = complaints.complain(
        record_id=asha.record_id, leaf_id=line.leaf_id, actor=SUBJECT, now=clock.now()
    )
    page = text(signs_in("90011", OfficerRole.OWNER).get(f"/owner/complaints/{complaint.pk}"))
    assert "ENQ/118" in page and "She asked at the counter." in page and "The number has changed." in page
    assert not any(private in page for private in PRIVATE)


def test_the_subject_reads_it_in_her_history(bikram, asha, client):
    address = opens(bikram)
    bikram.post(f"{address}/ask", {"fields_asked": ["name"]})
    client.post("/history", {"hkid": "A123456(3)", "code": asha.access_code})
    page = text(client.get("/history"))
    assert "Officer 20417, at this desk" in page
    assert "a case that this officer opened in her own name" in page
