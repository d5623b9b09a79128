from datetime import UTC, datetime, timedelta

import pytest

from chopmark.authority.audit.models import Leaf
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants.errors import (
    LoginClosed,
    LoginNumberTaken,
    OutletUnknown,
    PasswordUnacceptable,
    PermissionMissing,
    RoleNotOfKind,
    RolesConflict,
    WelcomeExpired,
    WelcomeUnknown,
)
from chopmark.authority.participants.models import Login, WelcomeLink
from chopmark.authority.participants.permissions import Permission, Role
from chopmark.authority.participants.services import (
    FOUNDER,
    accept_welcome,
    actor_of,
    begin_totp,
    close_login,
    confirm_totp,
    register_staff,
    welcome_again,
    welcome_for,
)

NOON = datetime(2026, 11, 23, 2, 42, tzinfo=UTC)
PASSWORD = "seven-quiet-ferries"
LEE = {
    "number": "20417",
    "name": "LEE Wing Sze",
    "kind": ActorKind.OFFICER,
    "roles": [Role.INTAKE_OFFICER],
    "outlet": "TST",
    "vetted_on": NOON.date(),
    "nondisclosure_on": NOON.date(),
}


def test_it_works(db, registrar, as_process):
    with as_process("web"):
        token = register_staff(**LEE, actor=registrar, now=NOON)
        login = accept_welcome(token=token, password=PASSWORD, now=NOON)

    assert login.check_password(PASSWORD)
    actor = actor_of(login, NOON)
    assert (actor.id, actor.outlet, actor.kind) == ("20417", "TST", ActorKind.OFFICER)
    assert Permission.COUNTER_EVIDENCE_RECORD in actor.permissions
    assert Permission.COUNTER_APPLICATION_RELEASE not in actor.permissions
    assert Leaf.objects.count() == 2


def test_nobody_has_a_password_before_the_welcome_is_used(db, registrar):
    register_staff(**LEE, actor=registrar, now=NOON)

    login = Login.objects.get(number="20417")
    assert not login.has_usable_password()
    assert not any(login.check_password(guess) for guess in ("", "20417", "password", login.password))


def test_the_token_is_nowhere_in_the_database(db, registrar):
    token = register_staff(**LEE, actor=registrar, now=NOON)

    assert token.encode() not in bytes(WelcomeLink.objects.get().token_sha256)
    assert welcome_for(token, NOON).number == "20417"


def test_a_welcome_is_used_once_and_lapses(db, registrar, code_at):
    token = register_staff(**LEE, actor=registrar, now=NOON)

    with pytest.raises(WelcomeExpired):
        accept_welcome(token=token, password=PASSWORD, now=NOON + timedelta(days=3))
    login = accept_welcome(token=token, password=PASSWORD, now=NOON)
    begin_totp(login)
    confirm_totp(login=login, code=code_at(login, NOON), now=NOON)
    with pytest.raises(WelcomeUnknown):
        accept_welcome(token=token, password="another-long-password", now=NOON)
    assert Login.objects.get(number="20417").check_password(PASSWORD)


def test_a_welcome_whose_answer_was_lost_is_used_again(db, registrar):
    token = register_staff(**LEE, actor=registrar, now=NOON)
    accept_welcome(token=token, password=PASSWORD, now=NOON)

    login = accept_welcome(token=token, password="another-long-password", now=NOON)
    assert begin_totp(login)
    assert not login.check_password(PASSWORD)


def test_a_new_welcome_ends_the_old(db, registrar):
    first = register_staff(**LEE, actor=registrar, now=NOON)
    second = welcome_again(number="20417", actor=registrar, now=NOON)

    with pytest.raises(WelcomeUnknown):
        accept_welcome(token=first, password=PASSWORD, now=NOON)
    accept_welcome(token=second, password=PASSWORD, now=NOON)


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012345", ""])
def test_a_weak_password_is_refused(db, registrar, password):
    token = register_staff(**LEE, actor=registrar, now=NOON)

    with pytest.raises(PasswordUnacceptable):
        accept_welcome(token=token, password=password, now=NOON)


def test_whoever_may_not_register_registers_nobody(db, lee):
    with pytest.raises(PermissionMissing):
        register_staff(**{**LEE, "number": "20999"}, actor=actor_of(lee, NOON), now=NOON)

    assert not Login.objects.filter(number="20999").exists()
    assert b'"refused":"permission_missing"' in bytes(Leaf.objects.latest("pk").entry)


def test_a_number_is_given_once(db, registrar):
    register_staff(**LEE, actor=registrar, now=NOON)
    with pytest.raises(LoginNumberTaken):
        register_staff(**LEE, actor=registrar, now=NOON)


def test_intake_and_release_are_never_one_person(db, registrar):
    with pytest.raises(RolesConflict):
        register_staff(
            **{**LEE, "roles": [Role.INTAKE_OFFICER, Role.RELEASE_OFFICER]}, actor=registrar, now=NOON
        )


@pytest.mark.parametrize(
    ("kind", "roles"),
    [
        (ActorKind.OFFICER, [Role.OPERATOR]),
        (ActorKind.OPERATOR, [Role.SUPERVISOR]),
        (ActorKind.OFFICER, []),
        (ActorKind.APPLICANT, [Role.INTAKE_OFFICER]),
        (ActorKind.SYSTEM, [Role.OPERATOR]),
    ],
)
def test_a_role_is_held_by_its_kind_only(db, registrar, kind, roles):
    with pytest.raises(RoleNotOfKind):
        register_staff(**{**LEE, "kind": kind, "roles": roles}, actor=registrar, now=NOON)


def test_an_outlet_that_is_not_in_the_pack_is_refused(db, registrar):
    with pytest.raises(OutletUnknown):
        register_staff(**{**LEE, "outlet": "MARS"}, actor=registrar, now=NOON)


def test_a_closed_login_is_nobody(db, registrar, lee):
    close_login(number="20417", actor=registrar, now=NOON)

    lee.refresh_from_db()
    with pytest.raises(LoginClosed):
        actor_of(lee, NOON)
    with pytest.raises(LoginClosed):
        welcome_again(number="20417", actor=registrar, now=NOON)
    with pytest.raises(LoginClosed):
        close_login(number="20417", actor=registrar, now=NOON)


def test_the_founder_may_register_and_nothing_else():
    assert FOUNDER.permissions == {Permission.CONSOLE_STAFF_REGISTER}
