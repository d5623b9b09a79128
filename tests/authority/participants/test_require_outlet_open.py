from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants.errors import (
    OutletClosed,
    OutletNotAuthorised,
    OutletNotSuspended,
    OutletSuspended,
    OutletUnknown,
    PermissionMissing,
)
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.services import (
    outlet_states,
    require_outlet_open,
    resume_outlet,
    suspend_outlet,
)

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
SUPERVISOR = Actor(
    kind=ActorKind.SUPERVISOR, id="70031", permissions=frozenset({Permission.SUPERVISOR_OUTLET_SUSPEND})
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG)


def test_it_works(db, as_process):
    with as_process("web"):
        require_outlet_open("TST", at("2026-11-23T10:42"))


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-23T08:59:59.999999",
        "2026-11-23T17:30",
        "2026-11-22T10:42",  # a Sunday
        "2026-11-21T13:00",  # a Saturday, after its short hours
        "2026-12-25T10:42",  # Christmas, a Friday
        "2027-02-08T10:42",  # third day of Lunar New Year, a Monday
    ],
)
def test_outside_its_hours_an_outlet_is_closed(db, moment):
    with pytest.raises(OutletClosed):
        require_outlet_open("TST", at(moment))


@pytest.mark.parametrize("moment", ["2026-11-23T09:00", "2026-11-23T17:29:59.999999", "2026-11-21T12:59"])
def test_within_its_hours_it_is_open(db, moment):
    require_outlet_open("TST", at(moment))


def test_an_outlet_closes_over_lunch(db):
    require_outlet_open("CCH", at("2026-11-23T12:29"))
    with pytest.raises(OutletClosed):
        require_outlet_open("CCH", at("2026-11-23T13:00"))


def test_the_demonstration_outlet_is_open_at_midnight_of_a_holiday(db):
    require_outlet_open("DEMO", at("2026-12-25T00:00"))
    require_outlet_open("DEMO", at("2026-12-24T23:59:59.999999"))


def test_an_outlet_not_yet_authorised_is_refused_though_its_hours_fit(db):
    with pytest.raises(OutletNotAuthorised):
        require_outlet_open("DEMO", at("2025-03-31T10:42"))
    with pytest.raises(OutletUnknown):
        require_outlet_open("MARS", at("2026-11-23T10:42"))


def test_a_suspended_outlet_is_refused_until_it_is_resumed(db, as_process):
    with as_process("web"):
        suspend_outlet(outlet="TST", reason="repair", actor=SUPERVISOR, now=at("2026-11-23T10:00"))
        with pytest.raises(OutletSuspended):
            require_outlet_open("TST", at("2026-11-23T10:42"))
        with pytest.raises(OutletSuspended):
            suspend_outlet(outlet="TST", reason="twice", actor=SUPERVISOR, now=at("2026-11-23T10:50"))
        resume_outlet(outlet="TST", actor=SUPERVISOR, now=at("2026-11-23T11:00"))

    require_outlet_open("TST", at("2026-11-23T11:00"))
    with pytest.raises(OutletSuspended):
        require_outlet_open("TST", at("2026-11-23T10:59"))
    with pytest.raises(OutletNotSuspended):
        resume_outlet(outlet="TST", actor=SUPERVISOR, now=at("2026-11-23T11:05"))


def test_not_everybody_suspends_an_outlet(db):
    nobody = Actor(kind=ActorKind.OFFICER, id="20417")
    with pytest.raises(PermissionMissing):
        suspend_outlet(outlet="TST", reason="tea", actor=nobody, now=at("2026-11-23T10:00"))


def test_a_page_can_say_who_is_open_and_why_not(db):
    states = {state.outlet.code: state for state in outlet_states(at("2026-11-21T14:00"))}

    assert states["DEMO"].closed_because is None
    assert states["TST"].closed_because == "outlet_closed"
    assert states["TST"].hours == ("09:00–13:00",)
