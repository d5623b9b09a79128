"""An officer of the owner at the command line: her own password and device, a few tries, one use of a code."""

from datetime import timedelta

import pytest
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import BIKRAM, LATER, NOW, PASSWORD, WORKER, asha_applies, asked, bikram_is_welcomed, code_of

from chopmark.strongroom import officers
from chopmark.strongroom.actors import OWNER
from chopmark.strongroom.errors import OfficerSignInRefused, TooManyAttempts
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Leaf, LeafPayload, Officer
from chopmark.strongroom.policy.errors import AlertUnknown, AskerStopped, OwnerOfficerNeeded
from chopmark.strongroom.policy.models import Alert, Finding, Suspension
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import alerts, openings, owners
from chopmark.strongroom.services.owners import Credential


@pytest.fixture
def bikram(strongroom):
    return bikram_is_welcomed()


def prove(enrolment, *, now=NOW, number=BIKRAM.id, password=PASSWORD, code=None):
    code = code_of(enrolment, steps_ahead=1) if code is None else code
    credential = Credential(number=number, password=password, code=code)
    return owners.prove(credential=credential, actor=OWNER, now=now)


def test_it_works(bikram):
    assert prove(bikram) == BIKRAM
    assert LeafPayload.objects.latest("leaf_id").payload["officer"] == BIKRAM.id


@pytest.mark.parametrize(
    "wrong", [{"number": "55555"}, {"password": "not hers, not hers"}, {"code": "000000"}], ids=str
)
def test_all_three_must_fit(bikram, wrong):
    before = Leaf.objects.count()
    with pytest.raises(OfficerSignInRefused):
        prove(bikram, **wrong)
    assert Leaf.objects.count() == before + 1
    assert PASSWORD not in str(LeafPayload.objects.latest("leaf_id").payload)


def test_a_code_is_spent_with_its_use(bikram):
    code = code_of(bikram, steps_ahead=1)
    prove(bikram, code=code)
    with pytest.raises(OfficerSignInRefused):
        prove(bikram, code=code)


def test_a_number_is_tried_a_few_times(bikram):
    for _ in range(terms().limits.officer_proofs_wrong_in_a_quarter):
        with pytest.raises(OfficerSignInRefused):
            prove(bikram, password="not hers, not hers")
    with pytest.raises(TooManyAttempts):
        prove(bikram)
    assert prove(bikram, now=NOW + timedelta(minutes=15)) == BIKRAM


def test_who_has_left_proves_nothing(bikram):
    officers.leave(BIKRAM.id, NOW)
    with pytest.raises(OfficerSignInRefused):
        prove(bikram)


def test_the_owner_says_whose_officer_somebody_is(strongroom):
    officers.register("90011", "WU Ka Yan", NOW, role=OfficerRole.OWNER)
    assert Officer.objects.get().role == "owner"
    assert LeafPayload.objects.latest("leaf_id").payload["role"] == "owner"


# What she does about alerts.
@pytest.fixture
def stopped(strongroom):
    officers_are_in()
    Suspension.objects.create(leaf_id=1, pattern="p", asker="authority", began_at=NOW)
    Alert.objects.create(leaf_id=2, pattern="p", asker="authority", purpose="", count=9, raised_at=NOW)


def open_(case_id):
    ask = asked(case_id, "name")
    return openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=LATER)


def test_an_alert_is_acknowledged_once(stopped):
    (alert,) = alerts.open_alerts()
    alerts.acknowledge(alert_id=alert.pk, finding=Finding.ORDINARY, actor=DEVI, now=LATER)
    assert alerts.open_alerts() == []
    with pytest.raises(AlertUnknown):
        alerts.acknowledge(alert_id=alert.pk, finding=Finding.MISUSE, actor=FARAH, now=LATER)


def test_only_the_owner_lets_a_stopped_asker_go_on(stopped):
    case_id = asha_applies().case_id
    (suspension,) = alerts.suspensions()
    with pytest.raises(OwnerOfficerNeeded):
        alerts.release_asker(suspension_id=suspension.pk, finding=Finding.ORDINARY, actor=BIKRAM, now=LATER)
    with pytest.raises(AskerStopped):
        open_(case_id)
    alerts.release_asker(suspension_id=suspension.pk, finding=Finding.ORDINARY, actor=DEVI, now=LATER)
    assert open_(case_id)
    with pytest.raises(AlertUnknown):
        alerts.release_asker(suspension_id=suspension.pk, finding=Finding.ORDINARY, actor=DEVI, now=LATER)


def test_a_stopped_door_opens_nothing_in_bulk_either(stopped):
    from chopmark.strongroom.services import bulk
    from chopmark.strongroom.services.bulk import Batch

    batch = Batch(
        grant_id=grant(DEVI, FARAH),
        purpose="renewal",
        fields=frozenset({"name"}),
        caller="authority",
        records=(asha_applies().record_id,),
    )
    with pytest.raises(AskerStopped):
        bulk.open_many(batch=batch, keys=keyring(), actor=WORKER, now=LATER)
