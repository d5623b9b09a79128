"""Credentials at the desk (C82): last use, another officer's review, removal."""

import re
from datetime import timedelta

import pytest
from desk_stage import signs_in, text
from django.db import DatabaseError, connection, transaction
from django.test import Client
from owners_stage import DEVI, FARAH, officers_are_in
from people import BIKRAM, NOW, PASSWORD

from chopmark.strongroom import clock
from chopmark.strongroom.errors import OfficerUnknown
from chopmark.strongroom.models import Leaf, Officer
from chopmark.strongroom.policy.errors import CredentialOfOnesOwn, OwnerOfficerNeeded
from chopmark.strongroom.policy.registers import CredentialReview
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import credentials
from chopmark.strongroom.services.credentials import Standing

pytestmark = pytest.mark.usefixtures("strongroom")
TOO_LONG = timedelta(days=183)


@pytest.fixture
def _officers(strongroom):
    officers_are_in()


def standing(number, now):
    return credentials.credential(number, now).standing


@pytest.mark.usefixtures("_officers")
def test_it_works():
    review = credentials.confirm(number=FARAH.id, actor=DEVI, now=NOW + TOO_LONG)

    assert (review.officer.number, review.by.number) == (FARAH.id, DEVI.id)
    assert b'"officer:confirmed"' in bytes(Leaf.objects.latest("id").entry)
    assert FARAH.id.encode() not in bytes(Leaf.objects.latest("id").entry)
    assert standing(FARAH.id, NOW + TOO_LONG) is Standing.REVIEWED


@pytest.mark.usefixtures("_officers")
def test_a_credential_that_nobody_looks_at_is_overdue():
    registered = Officer.objects.get(number=FARAH.id).registered_at
    assert timedelta(days=terms().limits.officers_reviewed_after_days) == TOO_LONG
    assert standing(FARAH.id, registered + TOO_LONG - timedelta(seconds=1)) is Standing.REVIEWED
    assert standing(FARAH.id, registered + TOO_LONG) is Standing.OVERDUE

    confirmed_at = registered + TOO_LONG
    credentials.confirm(number=FARAH.id, actor=DEVI, now=confirmed_at)
    assert standing(FARAH.id, confirmed_at) is Standing.REVIEWED
    assert standing(FARAH.id, confirmed_at + TOO_LONG) is Standing.OVERDUE


@pytest.mark.usefixtures("_officers")
def test_nobody_speaks_for_herself_and_no_other_officer_for_anybody():
    for verb in (credentials.confirm, credentials.remove):
        with pytest.raises(CredentialOfOnesOwn):
            verb(number=DEVI.id, actor=DEVI, now=NOW)
        with pytest.raises(OwnerOfficerNeeded):
            verb(number=DEVI.id, actor=BIKRAM, now=NOW)
        with pytest.raises(OfficerUnknown):
            verb(number="00000", actor=DEVI, now=NOW)
    assert not CredentialReview.objects.exists()
    assert not Officer.objects.exclude(left_at=None).exists()


@pytest.mark.usefixtures("_officers")
def test_what_was_removed_is_removed_once():
    credentials.remove(number=BIKRAM.id, actor=DEVI, now=NOW)

    assert b'"officer:left"' in bytes(Leaf.objects.latest("id").entry)
    assert standing(BIKRAM.id, NOW) is Standing.ENDED
    with pytest.raises(OfficerUnknown):
        credentials.remove(number=BIKRAM.id, actor=DEVI, now=NOW)
    with pytest.raises(OfficerUnknown):
        credentials.confirm(number=BIKRAM.id, actor=DEVI, now=NOW)


@pytest.mark.usefixtures("_officers")
def test_a_review_is_never_changed():
    credentials.confirm(number=FARAH.id, actor=DEVI, now=NOW)
    for change in (
        "update strongroom_credentialreview set at = now()",
        "delete from strongroom_credentialreview",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


# The pages.
@pytest.fixture
def devi(strongroom):
    return signs_in("90011", OfficerRole.OWNER)


def test_the_page_says_when_each_was_last_used(devi):
    bikram = signs_in("20417")
    page = text(devi.get("/owner/officers"))

    assert re.findall(r'href="/owner/officers/(\d+)"', page) == ["20417", "90011"]
    used = credentials.credential("20417", clock.now()).last_used_at
    assert clock.now() - used < timedelta(minutes=5)
    assert bikram.get("/owner/officers").status_code == 403
    assert Client().get("/owner/officers").headers["Location"].startswith("/officer/sign-in")


def test_a_removal_ends_session_and_sign_in(devi):
    bikram = signs_in("20417")
    assert bikram.get("/officer/cases").status_code == 200
    assert devi.get("/owner/officers/20417/remove").status_code == 200

    assert devi.post("/owner/officers/20417/remove").headers["Location"] == "/owner/officers"
    assert bikram.get("/officer/cases").headers["Location"].startswith("/officer/sign-in")
    tried = Client().post("/officer/sign-in", {"number": "20417", "password": PASSWORD, "code": "123456"})
    assert tried.status_code == 422
    assert "Removed" in text(devi.get("/owner/officers/20417"))


def test_a_click_says_that_it_is_still_needed(devi):
    signs_in("20417")
    assert devi.post("/owner/officers/20417").headers["Location"] == "/owner/officers"
    assert CredentialReview.objects.get().officer.number == "20417"


def test_her_own_page_offers_nothing_and_a_post_is_refused(devi):
    assert "Still needed" not in text(devi.get("/owner/officers/90011"))
    assert devi.post("/owner/officers/90011").status_code == 403
    assert devi.post("/owner/officers/90011/remove").status_code == 403
    assert devi.get("/owner/officers/1234").status_code == 404


def test_the_supervisors_officer_reads_and_changes_nothing():
    signs_in("20417")
    ling = signs_in("99001", OfficerRole.SUPERVISOR)
    assert ling.get("/owner/officers").status_code == 200
    assert "Still needed" not in text(ling.get("/owner/officers/20417"))
    assert ling.post("/owner/officers/20417").status_code == 403
    assert ling.get("/owner/officers/20417/remove").status_code == 403
    assert not CredentialReview.objects.exists()


def test_the_file_has_a_line_for_each(devi):
    answer = devi.get("/owner/officers?csv=yes")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert len(text(answer).strip().splitlines()) == 2


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_the_pages_are_there_in_both_languages(devi, language):
    signs_in("20417")
    for address in ("/owner/officers", "/owner/officers/20417", "/owner/officers/20417/remove"):
        page = devi.get(address, {"lang": language})
        assert page.status_code == 200
        assert ('<html lang="zh-Hant-HK"' in text(page)) == (language == "zh-hant")
