"""Nobody is locked out for good: whoever sets the authority up registers and clears people on its own machine."""

import json

import pytest
from click.testing import CliRunner

from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.catalogue.reading import current
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants import access
from chopmark.authority.participants.access import Standing
from chopmark.authority.participants.models import Login, RoleAssignment
from chopmark.authority.participants.permissions import ROLES_OF_KIND, Role
from chopmark.authority.participants.services import welcome_for
from chopmark.authority.participants.states import ClearanceKind
from chopmark.config import staff


@pytest.fixture
def typed(db, monkeypatch):
    """What the command answers; the settings of this home are read already."""
    became = []
    monkeypatch.setattr(staff, "become", lambda home, process: became.append(process))

    def run(*arguments, ok=True):
        result = CliRunner().invoke(staff.staff, [*arguments, "--json"])
        assert (result.exit_code == 0) is ok, result.output
        assert became.pop() == "migrate"
        return json.loads(result.output) if ok else result.output

    return run


def today():
    return str(current().authority.day_of(clock.now()))


def registers(typed, number="31100", role="registrar", *, on=None, ok=True):
    days = ("--vetted-on", on or today(), "--nondisclosure-on", on or today())
    return typed("register", number, "--name", "HO Yin", "--role", role, *days, ok=ok)


def test_it_works(typed):
    said = registers(typed)

    assert welcome_for(said["link"].rpartition("/")[2], clock.now()).number == "31100"
    assert b"staff:registered" in bytes(Leaf.objects.latest("pk").entry)
    assert Payload.objects.latest("pk").payload["actor"] == "setup"
    # Whom setup registered, any reviewer may confirm.
    assert RoleAssignment.objects.get().given_by == "setup"


def test_who_has_no_records_is_cleared(typed):
    """As everybody is, in a home from before vetting was kept."""
    Login.objects.create(number="31099", kind=ActorKind.OPERATOR, opened_at=clock.now())
    for kind in ClearanceKind:
        typed("clear", "31099", "--kind", kind.value, "--done-on", today())

    assert [one.standing for one in access.people(clock.now())] == [Standing.GOOD]
    assert b"staff:cleared" in bytes(Leaf.objects.latest("pk").entry)


def test_a_refusal_is_said_by_its_code(typed):
    assert "clearance_day_wrong" in registers(typed, on="2001-01-01", ok=False)
    registers(typed)
    assert "login_number_taken" in registers(typed, ok=False)
    unknown = typed("clear", "99999", "--kind", "vetting", "--done-on", today(), ok=False)
    assert "login_unknown" in unknown


def test_the_command_knows_every_role_and_kind_there_is():
    assert {role: kind for kind, roles in ROLES_OF_KIND.items() for role in roles} == staff.KIND_OF
    assert set(staff.KIND_OF) == set(Role)
    assert set(staff.CLEARED_BY) == set(ClearanceKind)
