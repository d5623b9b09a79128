"""Asking for release, releasing, refusing (CPS 4.2): two people where the type says so."""

from datetime import datetime

from chopmark.authority.applications.events import ApplicationClosedUnissued
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference, move
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.ledger import services as ledger
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification.errors import (
    FeeNotPaid,
    ReleaseNotAsked,
)
from chopmark.authority.verification.events import ApplicationApproved
from chopmark.authority.verification.models import Decision
from chopmark.authority.verification.policy import (
    require_complete,
    require_second_person,
)
from chopmark.authority.verification.selectors import evidence_needed, evidence_of, intake_of
from chopmark.authority.verification.services.at_work import in_intake, require_at_work


@act(AuditTag.APPLICATION_RELEASE_ASKED)
def ask_release(*, reference: str, actor: Actor, now: datetime) -> ApplicationState:
    """Say that everything is there; where the type asks for one officer only, this releases it (CPS 4.2)."""
    require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = in_intake(reference)
    _require_ready(application, now)
    move(application, ApplicationState.VERIFIED)
    decision = _decide(application, Decision.Step.RELEASE_ASKED, actor, now)
    payload = {"application": application.reference, "officer": actor.id}
    leave(payload=payload, now=now, outlet=actor.outlet, rows=[decision])
    if catalogue.certificate_type(application.type_code, application.begun_at).dual_control:
        return ApplicationState.VERIFIED
    _approve(by_reference(reference), actor, now)
    return ApplicationState.APPROVED


@act(AuditTag.APPLICATION_APPROVED)
def approve(*, reference: str, actor: Actor, now: datetime) -> None:
    """Release an application as the second officer (CPS 4.2, C4)."""
    # 1. She may, here and now, and had no hand in the intake.
    require_at_work(actor, Permission.COUNTER_APPLICATION_RELEASE, now)
    application = by_reference(reference)
    require_second_person(actor.id, intake_of(application.reference))
    if application.state != ApplicationState.VERIFIED:
        raise ReleaseNotAsked

    # 2. Nothing has changed since: the type is in force, the evidence is there, the fee is paid.
    _require_ready(application, now)

    # 3. Approved, with its leaf, and handed on.
    _approve(application, actor, now)


@act(AuditTag.APPLICATION_REFUSED)
def refuse(*, reference: str, reason: str, actor: Actor, now: datetime) -> None:
    """Refuse an application, with a code the applicant is told (CPS 4.2)."""
    require_at_work(actor, Permission.COUNTER_APPLICATION_REFUSE, now)
    application = by_reference(reference)
    move(application, ApplicationState.REFUSED)
    decision = _decide(application, Decision.Step.REFUSED, actor, now, reason=reason)
    leave(
        payload={"application": application.reference, "officer": actor.id, "reason": reason},
        now=now,
        outlet=actor.outlet,
        rows=[decision],
    )
    hand_on(ApplicationClosedUnissued(application.reference))


def _require_ready(application: Application, now: datetime) -> None:
    catalogue.require_recognised(application.type_code, now)
    require_complete(evidence_needed(application), evidence_of(application.reference))
    if not ledger.is_paid(application.reference):
        raise FeeNotPaid


def _approve(application: Application, actor: Actor, now: datetime) -> None:
    move(application, ApplicationState.APPROVED)
    decision = _decide(application, Decision.Step.APPROVED, actor, now)
    leave(
        tag=AuditTag.APPLICATION_APPROVED,
        payload={"application": application.reference, "officer": actor.id},
        now=now,
        outlet=actor.outlet,
        rows=[decision],
    )
    hand_on(ApplicationApproved(application.reference))


def _decide(
    application: Application, step: Decision.Step, actor: Actor, now: datetime, *, reason: str = ""
) -> Decision:
    return Decision.objects.create(
        application_reference=application.reference,
        step=step,
        officer=actor.id,
        outlet=actor.outlet or "",
        reason=reason,
        decided_at=now,
    )
