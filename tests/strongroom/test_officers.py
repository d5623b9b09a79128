import pytest
from click.testing import CliRunner
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from people import PASSWORD, bikram_is_welcomed, code_of

from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import clock, officers
from chopmark.strongroom.errors import OfficerAlreadyRegistered, OfficerUnknown, WelcomeLinkSpent
from chopmark.strongroom.models import Leaf, Officer

pytestmark = pytest.mark.usefixtures("strongroom")


def sign_in(enrolment, *, steps_ahead=1):
    client = Client()
    code = code_of(enrolment, steps_ahead=steps_ahead)
    answer = client.post("/officer/sign-in", {"number": "20417", "password": PASSWORD, "code": code})
    return client, answer


def test_it_works():
    """No sign-in works once her credential has ended."""
    enrolment = bikram_is_welcomed(clock.now())
    officers.leave("20417", clock.now())
    client, answer = sign_in(enrolment)
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session
    assert not TOTPDevice.objects.exists()
    assert b'"officer:left"' in bytes(Leaf.objects.latest("id").entry)


def test_a_session_ends_with_the_credential():
    client, answer = sign_in(bikram_is_welcomed(clock.now()))
    assert answer.status_code == 302
    assert client.get("/officer/check").status_code == 400  # signed in, with a broken link
    officers.leave("20417", clock.now())
    assert client.get("/officer/check").headers["Location"].startswith("/officer/sign-in")


def test_a_link_not_yet_used_ends_with_it():
    token = officers.register("20417", "LEE Wing Sze", clock.now())
    officers.leave("20417", clock.now())
    with pytest.raises(WelcomeLinkSpent):
        officers.welcomed_by(token, clock.now())


def test_her_number_is_never_anothers():
    officers.register("20417", "LEE Wing Sze", clock.now())
    officers.leave("20417", clock.now())
    with pytest.raises(OfficerAlreadyRegistered):
        officers.register("20417", "WONG Ka Fai", clock.now())


def test_leaving_twice_is_leaving_once():
    officers.register("20417", "LEE Wing Sze", clock.now())
    officers.leave("20417", clock.now())
    left_at = Officer.objects.get().left_at
    officers.leave("20417", clock.now())
    assert Officer.objects.get().left_at == left_at


def test_nobody_can_leave_who_never_came():
    with pytest.raises(OfficerUnknown):
        officers.leave("20417", clock.now())


def test_the_owner_types_it():
    bikram_is_welcomed(clock.now())
    done = CliRunner().invoke(commands.cli, ["end-officer", "20417"], catch_exceptions=False)
    assert done.output == "officer 20417 can no longer sign in\n"
    assert Officer.objects.get().left_at is not None
