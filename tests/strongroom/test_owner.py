"""The owner's window: counts, purposes and officers' numbers for her own officers, and nothing of any person."""

from datetime import timedelta
from html import unescape

import pytest
from click.testing import CliRunner
from django.test import Client
from people import (
    ASHA,
    BIKRAM,
    ESHA,
    PASSWORD,
    WORKER,
    asha_applies,
    asked,
    bikram_is_welcomed,
    code_of,
    visit_of,
)

from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import clock, officers, overview
from chopmark.strongroom.actors import OWNER, SUBJECT
from chopmark.strongroom.errors import IdentityNumberDiffers, PurposeUnknown
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import publishing
from chopmark.strongroom.models import Leaf, Officer, Opening
from chopmark.strongroom.overview import Grouping, Period
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import complaints, openings, sighting
from chopmark.strongroom.services.submit import HERE

pytestmark = pytest.mark.usefixtures("strongroom")
PAGES = ["/owner/", "/owner/openings", "/owner/refusals", "/owner/complaints"]


def text(answer) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def farah():
    """Farah, an officer of the owner's, signed in at the desk."""
    now = clock.now()
    token = officers.register("88001", "LAU Mei Fong", now, role=OfficerRole.OWNER)
    enrolment = officers.welcomed_by(token, now)
    officers.welcome(token=token, password=PASSWORD, code=code_of(enrolment), actor=OWNER, now=now)
    enrolment.device.refresh_from_db()
    client = Client()
    sent = {"number": "88001", "password": PASSWORD, "code": code_of(enrolment, steps_ahead=1)}
    assert client.post("/officer/sign-in", sent).headers["Location"] == "/owner/"
    return client


@pytest.fixture
def busy():
    """A record that the worker opened twice, once for no agreed purpose, and that Bikram compared wrongly and rightly."""
    now = clock.now()
    submitted = asha_applies(now=now)
    for _ in range(2):
        openings.open_fields(asked=asked(submitted.case_id, "name"), keys=keyring(), actor=WORKER, now=now)
    with pytest.raises(PurposeUnknown):
        odd = asked(submitted.case_id, "name", purpose="for TAIMAN")
        openings.open_fields(asked=odd, keys=keyring(), actor=WORKER, now=now)
    visit = visit_of(submitted.case_id)
    with pytest.raises(IdentityNumberDiffers):
        sighting.check_sighting(visit=visit, typed=ESHA.hkid, keys=keyring(), actor=BIKRAM, now=now)
    sighting.check_sighting(visit=visit, typed="A123456(3)", keys=keyring(), actor=BIKRAM, now=now)
    return submitted


def test_it_works(farah, busy, tmp_path):
    publishing.publish_once(tmp_path / "log", clock.now())
    home = text(farah.get("/owner/"))
    assert "Records kept" in home and "The log stands still" not in home
    by_purpose = text(farah.get("/owner/openings"))
    assert "A purpose that was not agreed" in by_purpose
    assert "TAIMAN" not in by_purpose
    by_officer = text(farah.get("/owner/openings", {"by": "officer"}))
    assert "Officer 20417, at this desk" in by_officer
    assert "The operator’s system (worker)" in by_officer
    refused = text(farah.get("/owner/refusals"))
    assert "The number typed from the card is not the one on record" in refused


def today() -> Period:
    day = clock.now().astimezone(HERE).date()
    return Period(first=day - timedelta(days=1), last=day)


@pytest.mark.parametrize("grouping", list(Grouping))
def test_every_way_to_count_adds_up(busy, grouping):
    rows = list(overview.openings_by(grouping, today()))
    assert sum(row["shown"] for row in rows) == Opening.objects.filter(refused="", named=False).count() == 4
    assert sum(row["denied"] for row in rows) == Opening.objects.exclude(refused="").count() == 2


def test_other_days_are_left_out(farah, busy):
    long_ago = {"first_day": "1", "first_month": "2", "first_year": "2020"}
    sent = long_ago | {"last_day": "3", "last_month": "2", "last_year": "2020"}
    assert "Nobody opened a record in these days" in text(farah.get("/owner/openings", sent))
    assert "1 February 2020 to 3 February 2020" in text(farah.get("/owner/openings", sent))
    reversed_days = long_ago | {"last_day": "3", "last_month": "1", "last_year": "2020"}
    answer = farah.get("/owner/openings", reversed_days)
    assert answer.status_code == 422
    assert "Enter a day that is not before the first one" in text(answer)


@pytest.mark.parametrize("address", PAGES)
def test_nothing_of_any_person_is_on_a_page(farah, busy, address):
    page = text(farah.get(address))
    for private in (ASHA.name, "CHAN", "A123456", ASHA.email, "91234567", "陳大文", str(busy.record_id)):
        assert private not in page


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_is_there_when_nothing_has_happened(farah, address, language):
    page = farah.get(address, {"lang": language})
    assert page.status_code == 200
    assert ('<html lang="zh-Hant-HK"' in text(page)) == (language == "zh-hant")


@pytest.mark.parametrize("address", [*PAGES, "/owner/complaints/1"])
def test_a_stranger_signs_in_first_and_an_officer_of_the_counter_stays_out(address):
    assert Client().get(address).headers["Location"].startswith("/officer/sign-in?next=/owner/")
    enrolment = bikram_is_welcomed(clock.now())
    bikram = Client()
    sent = {"number": "20417", "password": PASSWORD, "code": code_of(enrolment, steps_ahead=1)}
    bikram.post("/officer/sign-in", sent)
    assert bikram.get(address).status_code == 403


def test_the_owners_officer_looks_into_no_record(farah, busy):
    visit = visit_of(busy.case_id)
    link = {"case": str(visit.case_id), "application": visit.reference, "nonce": visit.nonce}
    before = Opening.objects.count()
    assert farah.get("/officer/check", link).status_code == 403
    assert farah.post("/officer/check", {"hkid": "A123456(3)"}, query_params=link).status_code == 403
    assert Opening.objects.count() == before


def test_she_answers_a_complaint_once_and_for_all(farah, busy):
    line = Opening.objects.filter(record=busy.record_id).earliest("leaf_id")
    complaint = complaints.complain(
        record_id=busy.record_id, leaf_id=line.leaf_id, actor=SUBJECT, now=clock.now()
    )
    assert "To be answered" in text(farah.get("/owner/complaints"))
    address = f"/owner/complaints/{complaint.pk}"
    assert "The operator’s system (worker)" in text(farah.get(address))
    assert farah.post(address, {"words": "?"}).status_code == 422
    sent = {"outcome": "in_order", "words": "It was printed."}
    assert farah.post(address, sent).headers["Location"] == address
    page = text(farah.get(address))
    assert "It was printed." in page and "Send the answer" not in page
    assert farah.post(address, sent).status_code == 409
    assert farah.get("/owner/complaints/777").status_code == 404
    assert "Answered" in text(farah.get("/owner/complaints"))


def test_a_list_goes_on_on_the_next_page_and_all_of_it_on_paper(farah, busy, monkeypatch):
    monkeypatch.setattr("chopmark.strongroom.desk.owner.frame.LINES", 1)
    first = text(farah.get("/owner/openings", {"by": "officer"}))
    assert "Next page" in first and "Previous page" not in first
    second = text(farah.get("/owner/openings", {"by": "officer", "page": "2"}))
    assert "Previous page" in second
    paper = text(farah.get("/owner/openings", {"by": "officer", "print": "yes"}))
    assert "Next page" not in paper
    assert "Officer 20417" in paper and "worker" in paper


def test_a_log_that_stands_still_is_said(farah, busy):
    assert not overview.log_state(clock.now()).stands_still
    assert overview.log_state(clock.now() + timedelta(minutes=2)).stands_still


def test_the_owner_registers_her_own_officers():
    run = CliRunner().invoke
    done = run(commands.cli, ["register-officer", "88001", "LAU Mei Fong", "--role", "owner"])
    assert done.exit_code == 0
    assert Officer.objects.get().role == "owner"
    run(commands.cli, ["register-officer", "20417", "LEE Wing Sze"])
    assert Officer.objects.get(number="20417").role == "counter"
    assert b'"officer:registered"' in bytes(Leaf.objects.latest("id").entry)
    assert run(commands.cli, ["register-officer", "20418", "X", "--role", "god"]).exit_code == 2
