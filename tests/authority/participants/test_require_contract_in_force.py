from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants.errors import ContractNotInForce
from chopmark.authority.participants.services import contract_in_force, require_contract_in_force

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
FIRST_SECOND = datetime(2025, 4, 1, tzinfo=HONG_KONG)
LAST_SECOND = datetime(2031, 3, 31, 23, 59, 59, tzinfo=HONG_KONG)
OUTSIDE = (datetime(2025, 3, 31, 23, 59, 59, tzinfo=HONG_KONG), datetime(2031, 4, 1, tzinfo=HONG_KONG))


def test_it_works():
    officer = Actor(kind=ActorKind.OFFICER, id="20417")

    require_contract_in_force(officer, FIRST_SECOND)
    require_contract_in_force(officer, LAST_SECOND)
    assert contract_in_force(FIRST_SECOND).reference == "HCA/2025/01"


@pytest.mark.parametrize("kind", [ActorKind.OFFICER, ActorKind.OPERATOR])
@pytest.mark.parametrize("moment", OUTSIDE)
def test_the_contractors_people_do_nothing_outside_the_window(kind, moment):
    with pytest.raises(ContractNotInForce):
        require_contract_in_force(Actor(kind=kind, id="31088"), moment)


@pytest.mark.parametrize(
    "kind", [ActorKind.SUPERVISOR, ActorKind.SUBSCRIBER, ActorKind.APPLICANT, ActorKind.SYSTEM]
)
def test_the_end_of_a_contract_binds_nobody_else(kind):
    require_contract_in_force(Actor(kind=kind, id="x"), OUTSIDE[1])
