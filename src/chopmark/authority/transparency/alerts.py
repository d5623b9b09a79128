"""What people do about a witness that would not go on: read its alert, and say by a word of a closed list what was found."""

from datetime import datetime
from enum import StrEnum

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.selectors import require_any_permission
from chopmark.authority.transparency.errors import WitnessAlertAcknowledged, WitnessAlertUnknown
from chopmark.authority.transparency.models import WitnessAcknowledgement, WitnessAlert

MAY_ACKNOWLEDGE = (Permission.CONSOLE_WITNESS_ACKNOWLEDGE, Permission.SUPERVISOR_WITNESS_ACKNOWLEDGE)


class Reason(StrEnum):
    """What was found; it stands in the open part of the leaf, so it is a word of ours and never a sentence of somebody's."""

    CONFIGURATION_CORRECTED = "configuration_corrected"
    DATABASE_BROUGHT_UP = "database_brought_up"
    FORK_HANDED_OVER = "fork_handed_over"
    WITNESS_REPLACED = "witness_replaced"


def open_alerts() -> list[WitnessAlert]:
    """Alerts that nobody has acknowledged, oldest first."""
    seen = WitnessAcknowledgement.objects.values("alert_id")
    return list(WitnessAlert.objects.exclude(pk__in=seen).order_by("pk"))


@act(AuditTag.WITNESS_ACKNOWLEDGED)
def acknowledge(*, alert_id: int, reason: Reason, actor: Actor, now: datetime) -> WitnessAcknowledgement:
    """Say, for the operator or the supervisor, that an alert was looked into; the log keeps alert and answer."""
    # 1. Whoever may: it ends an alarm, and nothing else. What the witness refuses, it refuses still.
    require_any_permission(actor, MAY_ACKNOWLEDGE)

    # 2. The alert is there, and is answered once.
    alert = WitnessAlert.objects.filter(pk=alert_id).first()
    if alert is None:
        raise WitnessAlertUnknown
    if WitnessAcknowledgement.objects.filter(alert_id=alert.pk).exists():
        raise WitnessAlertAcknowledged

    # 3. The leaf first: the row names it, and counts for nothing without it.
    leaf_id = leave(
        public=says(alert, reason),
        payload={"actor": actor.id, "alert": alert.pk},
        now=now,
    )
    return WitnessAcknowledgement.objects.create(
        alert_id=alert.pk, reason=reason, acknowledged_at=now, leaf_id=leaf_id
    )


def says(alert: WitnessAlert, reason: str) -> dict[str, str | int]:
    """The open part of the leaf of an acknowledgement."""
    name = alert.witness.partition("+")[0]
    return {"witness": name, "size": alert.after_size, "code": alert.code, "reason": str(reason)}
