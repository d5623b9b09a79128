"""Holds at the counter: what is asked is taken down, and everybody reads of it what OCSP says."""

import re

import pytest
from django.test import Client

from authority.web.world import NAME, issue
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.revocation.models import HoldRequest, Release, Revocation, Suspension

LIST = "/counter/holds/"
CALL = {"asked_by": "subscriber", "reason": "1", "means": "telephone", "document": "CALL 2611-004"}
NOT_MEANT = {"asked_by": "subscriber", "means": "in_person", "document": "NOTE 2611/7"}
LETTER = {"asked_by": "subscriber", "reason": "1", "means": "letter", "document": "LETTER 17"}


def text(answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def certificate(asha, submitted):
    """Asha's certificate, which she has accepted."""
    certificate = issue(submitted)
    asha.post(f"/portal/applications/{submitted}/accept")
    return certificate


@pytest.fixture
def page(certificate) -> str:
    return f"{LIST}1/{certificate.serial_number.hex().upper()}/"


def checked(certificate) -> str:
    return text(Client().get("/check", {"serial": certificate.serial_number.hex()}))


def test_it_works(intake, second, certificate, page, as_process):
    with as_process("web"):
        assert intake.client.get(LIST, {"serial": certificate.serial_number.hex()})["Location"] == page
        assert intake.client.post(f"{page}suspend", CALL)["Location"] == page
        assert "CALL 2611-004" in text(intake.client.get(page))
        on_the_list = text(intake.client.get(LIST))
        assert second.client.post(f"{page}revoke", LETTER)["Location"] == page

    assert "The subscriber · By telephone · the key may be in other hands" in on_the_list
    assert NAME not in on_the_list
    assert [row.reason for row in Revocation.objects.all()] == [1]
    kept = HoldRequest.objects.order_by("id").values_list("act", "means", "document", "officer", "outlet")
    assert list(kept) == [
        ("suspend", "telephone", "CALL 2611-004", "20417", "DEMO"),
        ("revoke", "letter", "LETTER 17", "20588", "DEMO"),
    ]


def test_nobody_is_told_that_it_is_in_force_while_it_is_on_hold(intake, asha, certificate, page):
    assert "In force" in checked(certificate)
    intake.client.post(f"{page}suspend", CALL)
    assert "Suspended" in checked(certificate)
    assert "do not rely on anything signed since" in checked(certificate)
    assert "GOOD" not in checked(certificate)
    hers = text(asha.get("/portal/"))
    assert "Suspended" in hers
    assert "On hold since" in hers
    assert "Revoke" in hers
    Suspension.objects.get()
    assert intake.client.post(f"{page}release", NOT_MEANT).status_code == 302
    assert Release.objects.count() == 1
    assert "In force" in checked(certificate)


def test_of_two_hands_each_has_its_own(intake, second, page):
    assert second.client.post(f"{page}suspend", CALL).status_code == 403
    intake.client.post(f"{page}suspend", CALL)
    assert intake.client.post(f"{page}revoke", LETTER).status_code == 403
    assert second.client.post(f"{page}release", NOT_MEANT).status_code == 403
    assert "who takes requests does not confirm them" in text(intake.client.get(page))
    assert "An intake officer releases it" in text(second.client.get(page))
    assert not Revocation.objects.exists()
    assert not Release.objects.exists()


def test_the_counter_is_for_officers(registrar, visitor, page):
    assert visitor.get(LIST)["Location"].startswith("/staff/sign-in")
    assert registrar.client.get(page).status_code == 403
    assert registrar.client.post(f"{page}suspend", CALL).status_code == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"asked_by": ""}, "Say who asks"),
        ({"asked_by": "authority"}, "Select a valid choice"),
        ({"means": ""}, "Say how the request came"),
        ({"reason": ""}, "Say why"),
        ({"reason": "9"}, "Select a valid choice"),
        ({"document": ""}, "Enter the number of the paper"),
        ({"document": "A123456(7)"}, "Use figures, Latin letters"),
    ],
)
def test_what_is_not_taken_down_well_holds_nothing(intake, page, changes, words):
    answer = intake.client.post(f"{page}suspend", CALL | changes)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Suspension.objects.exists()


def test_what_cannot_be_is_refused_in_words(intake, second, page):
    answer = intake.client.post(f"{page}release", NOT_MEANT)
    assert answer.status_code == 422
    assert "not on hold" in text(answer)
    assert second.client.post(f"{page}revoke", LETTER).status_code == 422
    intake.client.post(f"{page}suspend", CALL)
    assert "on hold already" in text(intake.client.post(f"{page}suspend", CALL))
    assert Suspension.objects.count() == 1


def test_what_is_asked_for_by_a_link_does_nothing(intake, page):
    assert intake.client.get(f"{page}suspend").status_code == 200
    assert not Suspension.objects.exists()


def test_a_type_that_is_never_suspended_says_so(intake, certificate, page):
    with_no_hold = Certificate.objects.create(
        issuer_id=1, serial_number=b"\x46" * 16, certificate_der=b"", fingerprint_sha256=b"\x46" * 32,
        application_reference=certificate.application_reference, type_code="server", subject="",
        not_before=certificate.not_before, not_after=certificate.not_after, leaf_id=1,
        recorded_at=certificate.recorded_at,
    )  # fmt: skip
    there = f"{LIST}1/{with_no_hold.serial_number.hex()}/"
    assert "cannot be put on hold" in text(intake.client.get(there))
    assert intake.client.post(f"{there}suspend", CALL).status_code == 422


def test_a_certificate_is_found_by_its_number_alone(intake, page):
    for typed, words in (
        ("", "Enter the serial number"),
        ("xyz", "Check the serial number"),
        ("46" * 16, "We issued nothing"),
    ):
        answer = intake.client.get(LIST, {"serial": typed})
        assert answer.status_code == 422
        assert words in text(answer)
    assert intake.client.get(f"{LIST}1/{'46' * 16}/").status_code == 404
    assert intake.client.get(f"{LIST}1/nothing/").status_code == 404


def test_an_empty_list_says_so(intake):
    assert "No certificate is on hold" in text(intake.client.get(LIST))
