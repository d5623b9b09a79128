"""The register of staff: who may do what, who is cleared by what, who leaves, and the review of it all."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.test import Client

from authority.web.world import PASSWORD, Officer
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ActorKind, process
from chopmark.authority.participants import reviews
from chopmark.authority.participants.models import Clearance, Login
from chopmark.authority.participants.permissions import Role


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def day_boxes(name: str, day) -> dict[str, str]:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def today():
    return clock.now().date()


def lapsed(number: str) -> None:
    """Nobody recorded her vetting again, and the years went by."""
    long_ago = today() - timedelta(days=4000)
    Clearance.objects.create(
        login=Login.objects.get(number=number), kind="vetting", done_on=long_ago,
        valid_until=long_ago + timedelta(days=1000), recorded_by="31099", recorded_at=clock.now(),
    )  # fmt: skip


def test_it_works(registrar, supervisor, intake, as_process):
    with as_process("web"):
        page = registrar.client.get("/staff/people/")
        assert registrar.client.get("/staff/people/20417/").status_code == 200
        assert registrar.client.get("/staff/review/").status_code == 200

    said = text(page)
    assert "20417 Officer Intake officer Demonstration centre" in said
    assert "May act" in said
    assert "70031" in text(supervisor.client.get("/staff/people/?print=yes"))


def test_each_comes_in_where_she_works(db):
    def door(officer: Officer) -> str:
        officer.enter()
        return officer.client.get("/staff/people/").status_code

    assert door(Officer("31099", Role.REGISTRAR, ActorKind.OPERATOR)) == 200
    assert door(Officer("70040", Role.AUDITOR, ActorKind.SUPERVISOR)) == 200
    assert door(Officer("20417", Role.INTAKE_OFFICER)) == 403
    assert door(Officer("31088", Role.OPERATOR, ActorKind.OPERATOR)) == 403


def test_the_file_says_what_the_page_says_and_is_no_formula(registrar, intake):
    Login.objects.filter(number="20417").update(display_name="=1+1")

    answer = registrar.client.get("/staff/people.csv")
    heads, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert answer["Content-Type"].startswith("text/csv")
    assert heads[:3] == ["Staff number", "Name", "Roles"]
    assert [row[0] for row in rows] == ["20417", "31099"]
    assert rows[0][1:4] == ["'=1+1", "Intake officer", "Demonstration centre"]


def test_a_lapse_is_told_in_plain_words_at_the_door_and_inside(intake):
    lapsed("20417")

    inside = intake.client.get("/counter/")
    assert inside.status_code == 403
    assert "Your vetting has lapsed" in text(inside)
    chinese = text(intake.client.get("/counter/", headers={"accept-language": "zh-hant"}))
    assert "你的審查已失效" in chinese


def test_who_has_lapsed_reads_why_on_the_sign_in_page_only_with_password_and_code(intake, monkeypatch):
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from authority.web.world import code

    lapsed("20417")
    later = clock.now() + timedelta(minutes=5)
    monkeypatch.setattr(clock, "now", lambda: later)
    key = TOTPDevice.objects.get(user__number="20417").bin_key

    def tries(password: str) -> str:
        said = {"number": "20417", "password": password, "code": code(key)}
        answer = Client().post("/staff/sign-in", said)
        assert answer.status_code == 422
        return text(answer)

    assert "vetting" not in tries("a wrong password")
    assert "Your vetting has lapsed, or was never recorded. Whoever registers staff" in tries(PASSWORD)


def test_the_page_warns_before_the_end(intake):
    assert "ends soon" not in text(intake.client.get("/counter/"))
    Clearance.objects.create(
        login=Login.objects.get(number="20417"), kind="nondisclosure", done_on=today(),
        valid_until=today() + timedelta(days=5), recorded_by="31099", recorded_at=clock.now(),
    )  # fmt: skip

    assert "Non-disclosure agreement: ends soon" in text(intake.client.get("/counter/"))


def test_the_registrar_records_a_new_vetting_and_she_acts_again(registrar, intake):
    lapsed("20417")
    address = "/staff/people/20417/cleared"
    assert registrar.client.get(address).status_code == 200
    done = {"kind": "vetting", **day_boxes("done_on", today())}

    assert registrar.client.post(address, done)["Location"] == "/staff/people/20417/"
    assert intake.client.get("/counter/").status_code == 200
    assert "31099" in text(registrar.client.get("/staff/people/20417/"))


def test_a_day_to_come_is_said_at_its_field(registrar, intake):
    done = {"kind": "vetting", **day_boxes("done_on", today() + timedelta(days=3))}
    answer = registrar.client.post("/staff/people/20417/cleared", done)

    assert answer.status_code == 422
    assert answer.context["form"].errors["done_on"]


def test_who_leaves_is_out_with_her_next_click_and_the_owner_is_to_be_told(registrar, intake):
    address = "/staff/people/20417/leaves"
    assert registrar.client.get(address).status_code == 200
    said = {"reason": "resigned", **day_boxes("leaves_on", today())}

    assert registrar.client.post(address, said)["Location"] == "/staff/people/20417/"
    assert intake.client.get("/counter/")["Location"].startswith("/staff/sign-in")
    assert "Remove the desk credential too" in text(registrar.client.get("/staff/people/20417/"))
    page = registrar.client.get("/staff/people/")
    assert [one.leaver.number for one in page.context["leavers"]] == ["20417"]
    assert [one.access.number for one in page.context["lines"]] == ["31099"]
    assert registrar.client.post(address, said).status_code == 422


@pytest.mark.parametrize("address", ["people/20417/leaves", "people/20417/cleared"])
def test_the_supervisor_looks_and_reviews_and_does_no_more(supervisor, intake, address):
    assert supervisor.client.post(f"/staff/{address}", {}).status_code == 403
    assert f"/staff/{address}" not in supervisor.client.get("/staff/people/20417/").content.decode()


def test_a_review_is_opened_decided_and_complete(registrar, supervisor, intake):
    assert "No review was opened yet" in text(supervisor.client.get("/staff/review/"))
    assert supervisor.client.post("/staff/review/open").status_code == 302

    assert supervisor.client.post("/staff/people/20417/confirm")["Location"] == "/staff/review/"
    assert supervisor.client.post("/staff/people/70031/confirm").status_code == 403
    assert supervisor.client.post("/staff/people/31099/confirm").status_code == 302
    assert supervisor.client.get("/staff/review/").context["waiting"] == 1
    assert registrar.client.post("/staff/people/70031/confirm").status_code == 302
    assert "The review is complete" in text(supervisor.client.get("/staff/review/"))


def test_access_that_is_withdrawn_is_gone(supervisor, intake):
    supervisor.client.post("/staff/review/open")
    address = "/staff/people/20417/withdraw"
    assert supervisor.client.get(address).status_code == 200

    assert supervisor.client.post(address).status_code == 302
    assert intake.client.get("/counter/")["Location"].startswith("/staff/sign-in")
    assert "Withdrawn" in text(supervisor.client.get("/staff/review/"))
    again = supervisor.client.post(address)
    assert again.status_code == 409
    assert "has decided about her already" in text(again)


def test_who_is_passed_over_reads_that_she_is_suspended(supervisor, intake, monkeypatch):
    supervisor.client.post("/staff/review/open")
    supervisor.client.post("/staff/people/70031/confirm")
    later = clock.now() + timedelta(days=22)
    monkeypatch.setattr(clock, "now", lambda: later)
    reviews.suspend_passed_over(actor=process("worker"), now=later)

    page = intake.client.get("/counter/")
    assert page.status_code == 403
    assert "Your access is suspended" in text(page)


def test_acts_are_done_by_a_form_only(supervisor, intake):
    assert supervisor.client.get("/staff/review/open")["Location"] == "/staff/review/"
    assert supervisor.client.get("/staff/people/20417/confirm")["Location"] == "/staff/people/20417/"


def test_a_number_of_nobodys_is_a_page_that_says_so(registrar):
    assert registrar.client.get("/staff/people/99999/").status_code == 404
