"""Somebody leaves (C82): nothing that let her in is left when the act is over."""

from datetime import date, timedelta

import pytest
from django.contrib.auth import get_user
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from authority.participants.conftest import NOON, PASSWORD
from chopmark.authority.audit.models import Leaf
from chopmark.authority.participants import access
from chopmark.authority.participants.access import Standing
from chopmark.authority.participants.errors import (
    AccessOfOnesOwn,
    LeavingDayWrong,
    LoginClosed,
    PermissionMissing,
    SignInRefused,
    WelcomeUnknown,
)
from chopmark.authority.participants.models import Departure, RoleAssignment
from chopmark.authority.participants.services import (
    actor_of,
    give_recovery_codes,
    sign_in_staff,
    staff_leaves,
    welcome_again,
    welcome_for,
)
from chopmark.authority.participants.states import ReasonToLeave

FRIDAY = date(2026, 11, 27)


def leaves(registrar, **changes):
    said = {"number": "20417", "leaves_on": FRIDAY, "reason": ReasonToLeave.RESIGNED, "now": NOON}
    return staff_leaves(**(said | {"actor": registrar} | changes))


@pytest.fixture
def signed_in(lee, later, code_at, request_of):
    request = request_of()
    sign_in_staff(number="20417", password=PASSWORD, code=code_at(lee, later), request=request, now=later)
    return request


def test_it_works(lee, registrar, later, code_at, request_of, as_process):
    code = code_at(lee, later)
    give_recovery_codes(login=lee, now=NOON)
    link = welcome_again(number="20417", actor=registrar, now=NOON)
    with as_process("web"):
        leaves(registrar)

    assert b"staff:left" in bytes(Leaf.objects.latest("pk").entry)
    assert not RoleAssignment.objects.in_force(later).filter(login=lee).exists()
    assert not TOTPDevice.objects.exists()
    assert not StaticDevice.objects.exists()
    with pytest.raises(WelcomeUnknown):
        welcome_for(link, NOON)
    with pytest.raises(SignInRefused):
        sign_in_staff(number="20417", password=PASSWORD, code=code, request=request_of(), now=later)
    lee.refresh_from_db()
    with pytest.raises(LoginClosed):
        actor_of(lee, later)


def test_who_is_signed_in_is_so_no_more(lee, registrar, signed_in):
    assert get_user(signed_in) == lee
    leaves(registrar)

    assert get_user(signed_in).is_anonymous


def test_the_list_of_access_ends_and_the_list_of_leavers_begins(lee, registrar):
    leaves(registrar)

    assert access.people(NOON) == ()
    assert access.person("20417", NOON).standing is Standing.LEFT
    (leaver,) = access.leavers()
    assert (leaver.number, leaver.leaves_on, leaver.reason) == ("20417", FRIDAY, ReasonToLeave.RESIGNED)
    assert access.departure_of("20417") == leaver


def test_she_leaves_once(lee, registrar):
    leaves(registrar)

    with pytest.raises(LoginClosed):
        leaves(registrar)
    assert Departure.objects.count() == 1


def test_who_may_not_lets_nobody_go_and_nobody_lets_herself_go(lee, registrar):
    with pytest.raises(PermissionMissing):
        leaves(actor_of(lee, NOON), number="20588")
    with pytest.raises(AccessOfOnesOwn):
        leaves(registrar, number=registrar.id)
    assert actor_of(lee, NOON).permissions


@pytest.mark.parametrize("days", [-367, 367])
def test_a_day_that_must_be_a_slip_is_refused(lee, registrar, days):
    with pytest.raises(LeavingDayWrong):
        leaves(registrar, leaves_on=NOON.date() + timedelta(days=days))
    assert actor_of(lee, NOON).permissions
