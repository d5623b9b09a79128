from datetime import UTC, datetime, timedelta

import pytest
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from chopmark.authority.audit.models import Leaf
from chopmark.authority.kernel.actors import ANONYMOUS, ActorKind
from chopmark.authority.participants.errors import (
    LoginNumberTaken,
    OneTimeCodeWrong,
    PasswordUnacceptable,
    SignInRefused,
)
from chopmark.authority.participants.services import (
    actor_of,
    begin_totp,
    close_login,
    confirm_totp,
    give_recovery_codes,
    open_applicant_login,
    prove_again,
    sign_in_applicant,
    sign_in_staff,
)

NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
PASSWORD = "seven-quiet-ferries"


def test_it_works(lee, later, code_at, request_of, as_process):
    request = request_of()

    with as_process("web"):
        actor = sign_in_staff(
            number="20417", password=PASSWORD, code=code_at(lee, later), request=request, now=later
        )

    assert (actor.id, actor.outlet) == ("20417", "TST")
    assert request.user == lee
    assert request.user.otp_device.name == "totp"
    assert b"staff:signed_in" in bytes(Leaf.objects.latest("pk").entry)


@pytest.mark.parametrize("wrong", ["number", "password", "code"])
def test_whatever_is_wrong_the_answer_is_the_same(lee, later, code_at, request_of, wrong):
    shown = {"number": "20417", "password": PASSWORD, "code": code_at(lee, later)}
    shown[wrong] = "000000" if wrong != "code" else f"{(int(shown['code']) + 1) % 10**6:06d}"

    request = request_of()
    with pytest.raises(SignInRefused):
        sign_in_staff(**shown, request=request, now=later)

    assert "_auth_user_id" not in request.session
    assert b'"refused":"sign_in_refused"' in bytes(Leaf.objects.latest("pk").entry)


def test_a_code_is_used_once(lee, later, code_at, request_of):
    code = code_at(lee, later)
    sign_in_staff(number="20417", password=PASSWORD, code=code, request=request_of(), now=later)

    with pytest.raises(SignInRefused):
        sign_in_staff(
            number="20417",
            password=PASSWORD,
            code=code,
            request=request_of(),
            now=later + timedelta(seconds=1),
        )


def test_guessing_makes_even_the_right_code_wait(lee, later, code_at, request_of):
    right = code_at(lee, later)
    with pytest.raises(SignInRefused):
        sign_in_staff(number="20417", password=PASSWORD, code="abc", request=request_of(), now=later)

    # The count stands although the sign-in was rolled back.
    assert TOTPDevice.objects.get(user=lee).throttling_failure_count == 1
    with pytest.raises(SignInRefused):
        sign_in_staff(number="20417", password=PASSWORD, code=right, request=request_of(), now=later)
    sign_in_staff(
        number="20417", password=PASSWORD, code=right, request=request_of(), now=later + timedelta(seconds=2)
    )


def test_a_password_alone_lets_no_staff_in(db, registrar, lee, later, request_of):
    TOTPDevice.objects.all().delete()

    for attempt in ("", "000000"):
        with pytest.raises(SignInRefused):
            sign_in_staff(number="20417", password=PASSWORD, code=attempt, request=request_of(), now=later)
    with pytest.raises(SignInRefused):
        sign_in_applicant(number="20417", password=PASSWORD, request=request_of(), now=later)


def test_an_enrolment_is_not_ended_by_a_wrong_code(lee, later, code_at):
    begin_totp(lee)

    with pytest.raises(OneTimeCodeWrong):
        confirm_totp(login=lee, code="12345", now=later)
    assert TOTPDevice.objects.get(user=lee, confirmed=True) != TOTPDevice.objects.get(
        user=lee, confirmed=False
    )
    confirm_totp(login=lee, code=code_at(lee, later), now=later)
    assert TOTPDevice.objects.filter(user=lee).count() == 1


def test_the_otpauth_address_names_the_number_and_no_person(lee):
    address = begin_totp(lee)

    assert address.startswith("otpauth://totp/")
    assert "20417" in address
    assert "LEE" not in address


def test_a_recovery_code_works_once_and_is_not_kept(lee, later, request_of):
    codes = give_recovery_codes(login=lee, now=later)

    assert len(set(codes)) == 10
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not kept & {code.replace("-", "") for code in codes}
    shown = {"number": "20417", "password": PASSWORD, "code": codes[3].lower(), "now": later}
    sign_in_staff(**shown, request=request_of())
    with pytest.raises(SignInRefused):
        sign_in_staff(**shown, request=request_of())
    assert StaticToken.objects.count() == 9


def test_a_fresh_code_proves_her_again_and_is_used_up(lee, later, code_at, as_process):
    code, actor = code_at(lee, later), actor_of(lee, later)
    with as_process("web"):
        prove_again(actor=actor, code=code, now=later)
    assert b"staff:proved_again" in bytes(Leaf.objects.latest("pk").entry)

    with pytest.raises(OneTimeCodeWrong):
        prove_again(actor=actor, code=code, now=later + timedelta(seconds=1))
    assert b'"refused":"one_time_code_wrong"' in bytes(Leaf.objects.latest("pk").entry)


def test_guessing_a_fresh_code_makes_even_the_right_one_wait(lee, later, code_at):
    actor, code = actor_of(lee, later), code_at(lee, later)
    for _ in range(4):
        with pytest.raises(OneTimeCodeWrong):
            prove_again(actor=actor, code="000000", now=later)
    with pytest.raises(OneTimeCodeWrong):
        prove_again(actor=actor, code=code, now=later)


def test_a_closed_login_does_not_sign_in(lee, registrar, later, code_at, request_of):
    code = code_at(lee, later)
    close_login(number="20417", actor=registrar, now=later)

    with pytest.raises(SignInRefused):
        sign_in_staff(number="20417", password=PASSWORD, code=code, request=request_of(), now=later)


def test_an_applicant_signs_in_by_reference_and_password(db, request_of, as_process):
    request = request_of()

    with as_process("web"):
        login = open_applicant_login(number="AP261100001", password=PASSWORD, actor=ANONYMOUS, now=NOON)
        actor = sign_in_applicant(number="AP261100001", password=PASSWORD, request=request, now=NOON)

    assert (actor.kind, actor.participant_id) == (ActorKind.APPLICANT, login.pk)
    assert login.display_name == ""
    with pytest.raises(SignInRefused):
        sign_in_staff(number="AP261100001", password=PASSWORD, code="", request=request_of(), now=NOON)


def test_an_applicants_login_needs_a_good_password_and_a_new_number(db):
    open_applicant_login(number="AP261100001", password=PASSWORD, actor=ANONYMOUS, now=NOON)

    with pytest.raises(LoginNumberTaken):
        open_applicant_login(number="AP261100001", password=PASSWORD, actor=ANONYMOUS, now=NOON)
    with pytest.raises(PasswordUnacceptable):
        open_applicant_login(number="AP261100002", password="123456", actor=ANONYMOUS, now=NOON)
