"""Vetting and non-disclosure (C82): who has not both, or no more, does not act."""

from datetime import date, timedelta

import pytest

from authority.participants.conftest import NOON, PASSWORD
from chopmark.authority.audit.models import Leaf
from chopmark.authority.catalogue.reading import current
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants import access
from chopmark.authority.participants.errors import (
    AccessOfOnesOwn,
    ClearanceDayWrong,
    LoginUnknown,
    NondisclosureNotInForce,
    PermissionMissing,
    VettingNotInForce,
)
from chopmark.authority.participants.models import Clearance, Login
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.selectors import ending_soon
from chopmark.authority.participants.services import (
    FOUNDER,
    accept_welcome,
    actor_of,
    begin_totp,
    confirm_totp,
    record_clearance,
    register_staff,
    sign_in_staff,
)
from chopmark.authority.participants.states import ClearanceKind

TODAY = date(2026, 11, 23)
VETTING, NONDISCLOSURE = ClearanceKind.VETTING, ClearanceKind.NONDISCLOSURE


def recorded(number, kind, day, actor, *, now=NOON):
    return record_clearance(number=number, kind=kind, done_on=day, actor=actor, now=now)


def test_it_works(lee, registrar, as_process):
    with as_process("web"):
        clearance = recorded("20417", VETTING, date(2026, 2, 28), registrar)

    assert clearance.valid_until == date(2029, 2, 28)
    assert (clearance.recorded_by, clearance.recorded_at) == (registrar.id, NOON)
    assert b"staff:cleared" in bytes(Leaf.objects.latest("pk").entry)
    assert b"20417" not in bytes(Leaf.objects.latest("pk").entry)
    newest = access.clearances("20417")[0]
    assert (newest.kind, newest.done_on, newest.recorded_by) == (VETTING, date(2026, 2, 28), registrar.id)


@pytest.mark.parametrize(
    ("kind", "months", "refusal"),
    [(VETTING, 36, VettingNotInForce), (NONDISCLOSURE, 24, NondisclosureNotInForce)],
)
def test_what_has_lapsed_lets_nobody_act(lee, registrar, kind, months, refusal):
    other = VETTING if kind is NONDISCLOSURE else NONDISCLOSURE
    at_the_end = NOON.replace(year=NOON.year + months // 12)
    recorded("20417", other, at_the_end.date(), registrar, now=at_the_end)

    assert actor_of(lee, at_the_end).id == "20417"
    with pytest.raises(refusal):
        actor_of(lee, at_the_end + timedelta(days=1))


def test_whoever_has_lapsed_does_not_sign_in_and_no_session_begins(lee, code_at, request_of):
    late = NOON + timedelta(days=3 * 366)
    request = request_of()

    with pytest.raises(VettingNotInForce):
        sign_in_staff(number="20417", password=PASSWORD, code=code_at(lee, late), request=request, now=late)

    assert "_auth_user_id" not in request.session
    assert b'"refused":"vetting_not_in_force"' in bytes(Leaf.objects.latest("pk").entry)


def test_a_login_from_before_there_was_vetting_does_nothing_until_it_is_recorded(db, registrar):
    old = Login.objects.create(number="20001", kind=ActorKind.OFFICER, opened_at=NOON)

    with pytest.raises(VettingNotInForce):
        actor_of(old, NOON)
    recorded("20001", VETTING, TODAY, registrar)
    with pytest.raises(NondisclosureNotInForce):
        actor_of(old, NOON)
    recorded("20001", NONDISCLOSURE, TODAY, registrar)
    assert actor_of(old, NOON).id == "20001"


def test_the_last_record_counts_and_not_the_longest(lee, registrar):
    long_ago = date(2023, 11, 24)
    recorded("20417", VETTING, long_ago, registrar)

    with pytest.raises(VettingNotInForce):
        actor_of(lee, NOON + timedelta(days=2))


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2023, 11, 22)])
def test_a_day_to_come_or_one_that_counts_no_more_is_refused(lee, registrar, day):
    before = Clearance.objects.count()

    with pytest.raises(ClearanceDayWrong):
        recorded("20417", VETTING, day, registrar)
    assert Clearance.objects.count() == before


def test_nobody_is_registered_without(db, registrar):
    with pytest.raises(ClearanceDayWrong):
        register_staff(
            number="20999", name="New", kind=ActorKind.OFFICER, roles=[Role.INTAKE_OFFICER], outlet=None,
            vetted_on=date(2020, 1, 1), nondisclosure_on=TODAY, actor=FOUNDER, now=NOON,
        )  # fmt: skip
    assert not Login.objects.filter(number="20999").exists()


def test_only_who_registers_people_records_it_and_not_for_herself(lee, registrar):
    with pytest.raises(PermissionMissing):
        recorded("20999", VETTING, TODAY, actor_of(lee, NOON))
    with pytest.raises(LoginUnknown):
        recorded("20998", VETTING, TODAY, registrar)
    with pytest.raises(AccessOfOnesOwn):
        recorded(registrar.id, VETTING, TODAY, registrar)


def test_an_end_is_told_within_the_days_of_the_pack_and_not_before(lee):
    ends = date(2028, 11, 23)
    warned_from = NOON.replace(year=2028) - timedelta(days=current().access.warn_days - 1)

    assert ending_soon(lee.pk, now=warned_from - timedelta(days=1)) == {}
    assert ending_soon(lee.pk, now=warned_from) == {NONDISCLOSURE: ends}


def test_enrolment_waits_for_it_too(db, registrar, code_at):
    token = register_staff(
        number="20999", name="New", kind=ActorKind.OFFICER, roles=[Role.INTAKE_OFFICER], outlet=None,
        vetted_on=date(2023, 11, 24), nondisclosure_on=TODAY, actor=FOUNDER, now=NOON,
    )  # fmt: skip
    login = accept_welcome(token=token, password=PASSWORD, now=NOON)
    begin_totp(login)
    late = NOON + timedelta(days=2)
    with pytest.raises(VettingNotInForce):
        confirm_totp(login=login, code=code_at(login, late), now=late)
