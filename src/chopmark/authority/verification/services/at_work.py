"""What every verb of the counter asks first, and how a piece of evidence is written down."""

from datetime import datetime
from uuid import UUID

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.audit.services import leave
from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification.errors import (
    EvidenceRecordedAlready,
    NotInIntake,
)
from chopmark.authority.verification.models import Evidence


def require_at_work(actor: Actor, permission: Permission, now: datetime) -> None:
    """The officer has the permission, the contract is in force, and her outlet is authorised and open (C2, C28)."""
    participants.require_permission(actor, permission)
    participants.require_contract_in_force(actor, now)
    participants.require_outlet_open(actor.outlet or "", now)


def in_intake(reference: str) -> Application:
    application = by_reference(reference)
    if application.state != ApplicationState.SUBMITTED:
        raise NotInIntake
    return application


def record(
    application: Application,
    kind: EvidenceKind,
    actor: Actor,
    now: datetime,
    *,
    receipt_id: UUID | None = None,
    receipt: str = "",
    **note: object,
) -> None:
    evidence, fresh = Evidence.objects.get_or_create(
        application_reference=application.reference,
        kind=kind,
        defaults={
            "actor_id": actor.id,
            "outlet": actor.outlet or "",
            "receipt_id": receipt_id,
            "receipt": receipt,
            "note": note,
            "recorded_at": now,
        },
    )
    if not fresh:
        raise EvidenceRecordedAlready(kind=kind)
    leave(
        payload={"application": application.reference, "kind": kind, "actor": actor.id, "note": note},
        now=now,
        outlet=actor.outlet,
        rows=[evidence],
    )
