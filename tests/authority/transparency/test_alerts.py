"""A witness's alert is acknowledged by somebody of the operator or the supervisor, and the log keeps her answer."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants.errors import PermissionMissing
from chopmark.authority.participants.permissions import Role, permissions_of
from chopmark.authority.transparency import alerts
from chopmark.authority.transparency.alerts import Reason, acknowledge, open_alerts
from chopmark.authority.transparency.errors import WitnessAlertAcknowledged, WitnessAlertUnknown
from chopmark.authority.transparency.models import WitnessAcknowledgement, WitnessAlert
from chopmark.authority.transparency.selectors import has_alarm
from chopmark.config import operator
from chopmark.config.audit.witnessed import check_witnesses
from chopmark.pki.tlog.leaf import decode_leaf

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
KEY = "witness.example/one+1a2b3c4d+BA"


def staff(kind, role, number="31088"):
    return Actor(kind=kind, id=number, permissions=permissions_of(kind, [role]))


GAIL = staff(ActorKind.OPERATOR, Role.OPERATOR)
HANA = staff(ActorKind.SUPERVISOR, Role.SUPERVISOR, "70031")


@pytest.fixture
def alert(house):
    return WitnessAlert.objects.create(witness=KEY, after_size=7, code="status_409", raised_at=NOON)


def faults():
    return [fault.sentence for fault in check_witnesses(now=NOON)]


@pytest.mark.parametrize("somebody", [GAIL, HANA], ids=["operator", "supervisor"])
def test_it_works(alert, as_process, somebody):
    assert has_alarm() and faults() == ["it would not go on after size 7 (status_409)"]
    with as_process("operator"):
        assert open_alerts() == [alert]
        acknowledge(alert_id=alert.pk, reason=Reason.DATABASE_BROUGHT_UP, actor=somebody, now=NOON)
        assert open_alerts() == []

    assert not has_alarm() and faults() == []
    kept = WitnessAcknowledgement.objects.get()
    leaf = decode_leaf(bytes(Leaf.objects.get(pk=kept.leaf_id).entry))
    assert leaf.tag == "witness:acknowledged"
    assert dict(leaf.public) == {
        "witness": "witness.example/one",
        "size": 7,
        "code": "status_409",
        "reason": "database_brought_up",
    }
    assert Payload.objects.get(leaf_id=kept.leaf_id).payload["actor"] == somebody.id


@pytest.mark.parametrize(
    "somebody",
    [
        staff(ActorKind.OFFICER, Role.RELEASE_OFFICER),
        staff(ActorKind.OPERATOR, Role.REGISTRAR),
        staff(ActorKind.SUPERVISOR, Role.AUDITOR),
    ],
    ids=["counter", "registrar", "auditor"],
)
def test_others_may_not_and_the_refusal_is_in_the_log(alert, somebody):
    with pytest.raises(PermissionMissing):
        acknowledge(alert_id=alert.pk, reason=Reason.WITNESS_REPLACED, actor=somebody, now=NOON)
    assert has_alarm()
    assert decode_leaf(bytes(Leaf.objects.latest("id").entry)).refused == "permission_missing"


def test_an_alert_is_answered_once(alert):
    acknowledge(alert_id=alert.pk, reason=Reason.WITNESS_REPLACED, actor=GAIL, now=NOON)
    with pytest.raises(WitnessAlertAcknowledged):
        acknowledge(alert_id=alert.pk, reason=Reason.FORK_HANDED_OVER, actor=HANA, now=NOON)
    assert WitnessAcknowledgement.objects.get().reason == "witness_replaced"


def test_an_alert_that_is_none_is_not_answered(alert):
    with pytest.raises(WitnessAlertUnknown):
        acknowledge(alert_id=alert.pk + 1, reason=Reason.WITNESS_REPLACED, actor=GAIL, now=NOON)


def test_another_alert_of_the_same_witness_is_an_alarm_again(alert):
    acknowledge(alert_id=alert.pk, reason=Reason.WITNESS_REPLACED, actor=GAIL, now=NOON)
    WitnessAlert.objects.create(witness=KEY, after_size=9, code="status_422", raised_at=NOON)
    assert has_alarm() and faults() == ["it would not go on after size 9 (status_422)"]


@pytest.mark.parametrize("leaf_id", ["another's", "none"])
def test_an_acknowledgement_that_nobody_gave_is_named_by_the_audit(alert, house, leaf_id):
    """Whoever writes rows could end the alarm; only a leaf says that somebody did."""
    (other,) = house.leave()
    WitnessAcknowledgement.objects.create(
        alert_id=alert.pk,
        reason="witness_replaced",
        acknowledged_at=NOON,
        leaf_id=other if leaf_id == "another's" else other + 1,
    )
    assert faults() == ["no leaf says who acknowledged what came after size 7"]


def test_it_is_typed_with_a_one_time_code_and_listed_until_then(alert, monkeypatch):
    monkeypatch.setattr(operator, "become", lambda home, process: None)
    monkeypatch.setattr("chopmark.authority.participants.sign_in.enter_by_code", lambda **_: HANA)

    def typed(*arguments):
        return CliRunner().invoke(operator.witness, [str(one) for one in arguments]).output

    said = f"{alert.pk}: witness.example/one would not go on after size 7 (status_409)\n"
    assert typed("alerts") == said
    answer = ("acknowledge", alert.pk, "--as", "70031", "--code", "123456", "--reason", "witness_replaced")
    assert typed(*answer) == f"alert {alert.pk}: acknowledged\n"
    assert typed("alerts") == "none\n"
    assert "witness_alert_acknowledged" in typed(*answer)


def test_the_command_knows_the_reasons():
    assert [reason.value for reason in alerts.Reason] == list(operator.REASONS)
