"""The owner's further pages: alerts, grants, retention, impact assessments, keys; each act in one officer's session."""

from dataclasses import replace
from datetime import timedelta

import pytest
from desk_stage import signs_in, text
from django.test import Client
from owners_stage import home
from people import ASHA, ERRAND, ESHA, WORKER, asha_applies

from chopmark.strongroom import clock
from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.policy.models import Alert, GrantSignature, Hold, OwnerGrant, Suspension
from chopmark.strongroom.policy.registers import Assessment, ShreddingOrder
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import cases, retention
from chopmark.strongroom.services.submit import HERE

pytestmark = pytest.mark.usefixtures("strongroom")
PAGES = [
    "/owner/alerts",
    "/owner/assessments",
    "/owner/assessments/new",
    "/owner/data-requests",
    "/owner/data-requests/refusals",
    "/owner/grants",
    "/owner/grants/new",
    "/owner/keys",
    "/owner/retention",
    "/owner/retention/holds",
    "/owner/retention/holds/new",
    "/owner/retention/shred",
]
PRIVATE = (ASHA.name, "CHAN", "A123456", ASHA.email, "91234567", "陳大文")


def day(name, moment):
    here = moment.astimezone(HERE)
    return {f"{name}_day": here.day, f"{name}_month": here.month, f"{name}_year": here.year}


@pytest.fixture
def devi():
    return signs_in("90011", OfficerRole.OWNER)


@pytest.fixture
def due():
    """Asha's record, whose time has run out."""
    asha = home(asha_applies(now=clock.now()))
    cases.close_case(case_id=asha.case_id, actor=WORKER, now=clock.now())
    long_ago = clock.now() - timedelta(days=4000)
    Record.objects.update(created_at=long_ago)
    Case.objects.update(opened_at=long_ago, closed_at=long_ago + timedelta(days=1))
    return asha


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_is_there_when_nothing_has_happened(devi, address, language):
    page = devi.get(address, {"lang": language})
    assert page.status_code == 200
    assert ('<html lang="zh-Hant-HK"' in text(page)) == (language == "zh-hant")


def test_a_stranger_signs_in_first_and_an_officer_of_the_counter_stays_out():
    bikram = signs_in("20417")
    for address in PAGES:
        assert Client().get(address).headers["Location"].startswith("/officer/sign-in?next=/owner/")
        assert bikram.get(address).status_code == 403


@pytest.mark.parametrize("address", [*PAGES, "/owner/retention?print=yes"])
def test_nothing_of_any_person_is_on_a_page(devi, due, address):
    page = text(devi.get(address))
    assert not any(private in page for private in (*PRIVATE, str(due.record_id)))


# Alerts.
@pytest.fixture
def stopped():
    now = clock.now()
    Suspension.objects.create(leaf_id=1, pattern="guessing_cases", asker="authority/worker", began_at=now)
    Alert.objects.create(
        leaf_id=2, pattern="guessing_cases", asker="authority", purpose="for TAIMAN", count=60, raised_at=now
    )


def test_an_alert_is_looked_at_once(devi, stopped):
    page = text(devi.get("/owner/alerts"))
    assert "Cases that do not exist through one door within 60 minutes" in page
    assert "The operator’s system (worker)" in page and "TAIMAN" not in page
    assert devi.post("/owner/alerts/2", {}).status_code == 422
    assert devi.post("/owner/alerts/2", {"finding": "taken_up"}).headers["Location"] == "/owner/alerts"
    assert "No alert waits" in text(devi.get("/owner/alerts"))
    everything = text(devi.get("/owner/alerts", {"show": "all"}))
    assert "Taken up with the operator" in everything
    assert devi.post("/owner/alerts/2", {"finding": "misuse"}).status_code == 404
    assert devi.get("/owner/alerts/77").status_code == 404


def test_a_stop_is_lifted_with_what_was_found(devi, stopped):
    assert "Lift the stop" in text(devi.get("/owner/stops/1"))
    assert devi.post("/owner/stops/1", {}).status_code == 422
    assert Suspension.objects.filter(lifted=None).exists()
    assert devi.post("/owner/stops/1", {"finding": "ordinary"}).status_code == 302
    assert Suspension.objects.get().lifted.finding == "ordinary"
    assert "Nobody is stopped." in text(devi.get("/owner/alerts"))
    assert devi.get("/owner/stops/1").status_code == 404


def test_a_list_as_a_file_holds_counts_and_no_formula(devi, stopped):
    Alert.objects.create(
        leaf_id=3, pattern="=HYPERLINK(1)", asker="authority", purpose="", count=1, raised_at=clock.now()
    )
    answer = devi.get("/owner/alerts", {"csv": "yes"})
    assert answer.headers["Content-Type"].startswith("text/csv")
    sheet = answer.content.decode("utf-8-sig")
    assert sheet.splitlines()[0] == "Raised,What was counted,Who,Times,Found"
    assert "'=HYPERLINK(1)" in sheet and "TAIMAN" not in sheet
    for address in ("/owner/grants", "/owner/assessments"):
        assert devi.get(address, {"csv": "yes"}).headers["Content-Disposition"].endswith('.csv"')


# Grants.
def grant_form(**more):
    in_a_week = day("last", clock.now() + timedelta(days=7))
    return {"purpose": "renewal", "fields_given": ["name"], "records": "5"} | in_a_week | more


def test_two_officers_sign_each_in_her_own_session(devi):
    address = devi.post("/owner/grants/new", grant_form()).headers["Location"]
    page = text(devi.get(address))
    assert "To be signed" in page and "0 of 5" in page and "0 of 2 chops" in page
    devi.post(f"{address}/sign")
    mine = text(devi.get(address))
    assert "You have signed this grant already" in mine and "1 of 2 chops" in mine
    assert devi.post(f"{address}/sign").status_code == 409
    farah = signs_in("90012", OfficerRole.OWNER)
    assert "Sign this grant" in text(farah.get(address))
    farah.post(f"{address}/sign")
    page = text(farah.get(address))
    assert "In force" in page and "Officer 90011" in page and "Officer 90012" in page
    assert GrantSignature.objects.count() == 2
    devi.post(f"{address}/end")
    assert "Ended" in text(devi.get(address)) and "End it now" not in text(devi.get(address))
    assert OwnerGrant.objects.get().ended_at


def test_a_grant_is_within_the_policy(devi):
    assert devi.post("/owner/grants/new", {"records": "x"}).status_code == 422
    too_long = day("last", clock.now() + timedelta(days=90))
    for wrong in ({"records": "99999999"}, too_long, {"fields_given": ["hkid"]}, {"purpose": "enquiry"}):
        answer = devi.post("/owner/grants/new", grant_form(**wrong))
        assert answer.status_code == 422, wrong
    assert not OwnerGrant.objects.exists()
    assert devi.get("/owner/grants/00000000-0000-4000-8000-000000000000").status_code == 404


def test_a_grant_says_when_it_is_used_up_or_run_out(devi):
    address = devi.post("/owner/grants/new", grant_form()).headers["Location"]
    devi.post(f"{address}/sign")
    signs_in("90012", OfficerRole.OWNER).post(f"{address}/sign")
    OwnerGrant.objects.update(used=5)
    assert "Used up" in text(devi.get(address)) and "5 of 5" in text(devi.get("/owner/grants"))
    OwnerGrant.objects.update(written_at=clock.now() - timedelta(days=9), expires_at=clock.now())
    assert "Run out" in text(devi.get("/owner/grants"))


# Retention.
def test_what_is_due_is_confirmed_and_then_destroyed(devi, due):
    page = text(devi.get("/owner/retention"))
    assert "AP" in page and "To be destroyed" in page and "Confirm what is due" in page
    confirm = text(devi.get("/owner/retention/shred"))
    assert "1 record is due and not held" in confirm
    assert devi.post("/owner/retention/shred", {"expected": "1"}).status_code == 422
    assert devi.post("/owner/retention/shred", {"expected": "2", "looked": "on"}).status_code == 409
    assert not ShreddingOrder.objects.exists()
    assert devi.post("/owner/retention/shred", {"expected": "1", "looked": "on"}).status_code == 302
    assert "1 of 1 still to be destroyed" in text(devi.get("/owner/retention"))
    retention.shred_due(actor=CLOCK, now=clock.now())
    page = text(devi.get("/owner/retention"))
    assert "0 of 1 still to be destroyed" in page and "Nothing is due" in page
    assert Record.objects.get().shredded_at


def test_a_hold_is_placed_and_lifted_by_the_applications_number(devi, due):
    form = {"application": "AP 2611 00419", "reason": "litigation"} | day("until", clock.now())
    assert devi.post("/owner/retention/holds/new", {"application": ""}).status_code == 422
    unknown = devi.post("/owner/retention/holds/new", form | {"application": "AP261100999"})
    assert unknown.status_code == 422 and "no record has come with it" in text(unknown)
    past = devi.post("/owner/retention/holds/new", form | day("until", clock.now() - timedelta(days=2)))
    assert past.status_code == 422
    assert devi.post("/owner/retention/holds/new", form).headers["Location"] == "/owner/retention/holds"
    page = text(devi.get("/owner/retention/holds"))
    assert "A case in court" in page and "Officer 90011" in page
    assert "Held" in text(devi.get("/owner/retention"))
    assert "Nothing is due" in text(devi.get("/owner/retention/shred"))
    lift = f"/owner/retention/holds/{Hold.objects.get().pk}/lift"
    assert "the list that is confirmed next" in text(devi.get(lift))
    devi.post(lift)
    assert devi.get(lift).status_code == 404
    assert "Nothing is held" in text(devi.get("/owner/retention/holds"))


def test_a_second_form_under_her_number_keeps_no_record_from_being_held(devi, due):
    """The operator can send one and call it home."""
    home(asha_applies(errand=replace(ERRAND, nonce="5f" * 16), particulars=ESHA, now=clock.now()))
    form = {"application": "AP 2611 00419", "reason": "litigation"}
    assert devi.post("/owner/retention/holds/new", form).status_code == 302
    assert set(Hold.objects.values_list("record", flat=True)) == set(
        Record.objects.values_list("pk", flat=True)
    )
    assert Hold.objects.count() == 2


# Impact assessments.
def assessment(**more):
    now = clock.now()
    texts = {name: f"{name}." for name in ("title", "changed", "assessor", "risks", "measures")}
    days = day("assessed_on", now - timedelta(days=3)) | day("next_review", now + timedelta(days=365))
    return texts | days | {"risk": "low", "purposes": ["enquiry", "correction"]} | more


def test_the_register_names_the_purposes_that_nothing_covers(devi):
    assert "purposes of the policy are not covered" in text(devi.get("/owner/assessments"))
    assert devi.post("/owner/assessments/new", {}).status_code == 422
    future = day("assessed_on", clock.now() + timedelta(days=9))
    assert devi.post("/owner/assessments/new", assessment(**future)).status_code == 422
    address = devi.post("/owner/assessments/new", assessment()).headers["Location"]
    assert address == "/owner/assessments/1"
    page = text(devi.get("/owner/assessments"))
    assert "PIA-01" in page and page.count("Not covered") == len(terms().purposes) - 2
    version = text(devi.get("/owner/assessments/1/new"))
    assert 'value="title."' in version and "changed." not in version
    devi.post("/owner/assessments/1/new", assessment(changed="More counters."))
    page = text(devi.get(address))
    assert "Version 2" in page and "Version 1" in page and "More counters." in page
    assert Assessment.objects.count() == 2
    assert devi.get("/owner/assessments/9").status_code == 404


# Keys.
def test_the_keys_say_what_they_wrap(devi, due):
    page = text(devi.get("/owner/keys"))
    assert "Key 1" in page and "Newest" in page and "A passphrase in a file of this machine" in page
