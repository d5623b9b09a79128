"""What the owner does about alerts: reads them, says that she has, and lets a stopped asker go on."""

from datetime import datetime

from django.db.models import QuerySet

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.policy.errors import AlertUnknown
from chopmark.strongroom.policy.models import Alert, AlertAcknowledgement, Finding, Suspension, SuspensionLift
from chopmark.strongroom.services import owners
from chopmark.strongroom.tags import Tag


def open_alerts() -> list[Alert]:
    """Alerts that nobody has acknowledged, newest first."""
    return list(Alert.objects.filter(acknowledged=None).order_by("-leaf_id"))


def all_alerts() -> QuerySet[Alert]:
    """Every alert with what was found, newest first."""
    return Alert.objects.select_related("acknowledged__officer").order_by("-leaf_id")


def suspensions() -> list[Suspension]:
    """Askers that are stopped now, newest first."""
    return list(Suspension.objects.filter(lifted=None).order_by("-leaf_id"))


@act(Tag.ALERT_ACKNOWLEDGED)
def acknowledge(*, alert_id: int, finding: Finding, actor: Actor, now: datetime) -> None:
    """Say, as an officer of the owner, that an alert was seen, and what was found."""
    officer = owners.require_owner(actor)
    alert = Alert.objects.filter(pk=alert_id, acknowledged=None).first()
    if alert is None:
        raise AlertUnknown
    seen = AlertAcknowledgement.objects.create(alert=alert, officer=officer, at=now, finding=finding.value)
    payload = {"alert": alert.pk, "pattern": alert.pattern, "finding": finding.value}
    leave(actor=actor, payload=payload, now=now, rows=[seen])


@act(Tag.ASKER_RELEASED)
def release_asker(*, suspension_id: int, finding: Finding, actor: Actor, now: datetime) -> None:
    """Let a stopped asker go on; its counts begin anew from this moment."""
    officer = owners.require_owner(actor)
    suspension = Suspension.objects.filter(pk=suspension_id, lifted=None).first()
    if suspension is None:
        raise AlertUnknown
    lift = SuspensionLift.objects.create(
        suspension=suspension, officer=officer, at=now, finding=finding.value
    )
    payload = {"suspension": suspension.pk, "asker": suspension.asker, "finding": finding.value}
    leave(actor=actor, payload=payload, now=now, rows=[lift])
