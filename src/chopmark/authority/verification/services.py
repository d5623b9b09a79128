"""Gathering evidence at an open, authorised outlet, and deciding."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from chopmark.authority.applications.events import ApplicationClosedUnissued
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference, move
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.keymaking import services as keymaking
from chopmark.authority.ledger import services as ledger
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification.errors import (
    EvidenceKindUnknown,
    EvidenceRecordedAlready,
    FeeNotPaid,
    IdentityMismatch,
    NoEnvelopeNeeded,
    NotInIntake,
    ReleaseNotAsked,
    SightingForAnother,
    SightingReplayed,
)
from chopmark.authority.verification.events import ApplicationApproved
from chopmark.authority.verification.models import Decision, Evidence, SightingTicket
from chopmark.authority.verification.policy import (
    OWN_STEP,
    require_complete,
    require_second_person,
)
from chopmark.authority.verification.selectors import evidence_needed, evidence_of, intake_of
from chopmark.strongroom.client import SightingReceipt, read_receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The way back from the owner's desk: which application, and the officer it was."""

    application: Application
    officer: Actor


@act(AuditTag.IDENTITY_SIGHTING_BEGUN)
def begin_sighting(*, reference: str, nonce: bytes, actor: Actor, now: datetime) -> Application:
    """Send an officer to the owner's desk to compare the card in her hand with the application (CPS 3.2.3)."""
    _require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = _in_intake(reference)
    SightingTicket.objects.create(
        nonce=nonce,
        application_reference=application.reference,
        officer_login_id=actor.participant_id or 0,
        outlet=actor.outlet or "",
        made_at=now,
    )
    leave(payload={"application": application.reference, "officer": actor.id}, now=now, outlet=actor.outlet)
    return application


@act(AuditTag.IDENTITY_SIGHTED)
def record_sighting(*, receipt_text: str, actor: Actor, now: datetime) -> Sighting:
    """Record that an officer sighted the original card, on the word of the desk where she did (CPS 3.2.3).

    The post comes from the desk's origin without the officer's cookie: the ticket and the owner's signature say who she is.
    """
    # 1. The receipt is the owner's, of a visit we began, by the officer we sent.
    receipt = read_receipt(receipt_text, key=settings.CHOPMARK_DESK_RECEIPT_KEY)
    if not isinstance(receipt, SightingReceipt):
        raise SightingForAnother
    if Evidence.objects.filter(receipt_id=receipt.id).exists():
        raise SightingReplayed
    application = by_reference(receipt.reference)
    officer = _officer_sent(receipt, application, now)

    # 2. She may, here and now.
    _require_at_work(officer, Permission.COUNTER_EVIDENCE_RECORD, now)
    _in_intake(application.reference)
    if not receipt.matches:
        raise IdentityMismatch

    # 3. The evidence and its leaf.
    _record(
        application,
        EvidenceKind.IDENTITY_SIGHTED,
        officer,
        now,
        receipt_id=receipt.id,
        receipt=receipt_text,
        fields=list(receipt.fields),
    )
    return Sighting(application=application, officer=officer)


def _officer_sent(receipt: SightingReceipt, application: Application, now: datetime) -> Actor:
    ticket = _ticket(receipt.nonce)
    if (
        ticket is None
        or ticket.application_reference != application.reference
        or receipt.case != application.case_id
    ):
        raise SightingForAnother
    officer = participants.actor_of_login(ticket.officer_login_id, now=now)
    if officer.id != receipt.officer:
        raise SightingForAnother
    return officer


def _ticket(nonce: str) -> SightingTicket | None:
    try:
        return SightingTicket.objects.filter(nonce=bytes.fromhex(nonce)).first()
    except ValueError:  # no nonce of ours
        return None


@act(AuditTag.EVIDENCE_RECORDED)
def record_duplicate_check(*, reference: str, others: int, actor: Actor, now: datetime) -> None:
    """Record how many other records the strongroom holds for the same person (C20): a number, never which."""
    _record(by_reference(reference), EvidenceKind.DUPLICATE_CHECK, actor, now, others=others)


@act(AuditTag.EVIDENCE_RECORDED)
def record_evidence(
    *, reference: str, kind: EvidenceKind, document: str, actor: Actor, now: datetime
) -> None:
    """Record that an officer saw a document that the type asks for, by its kind and number (CPS 3.2.2)."""
    _require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = _in_intake(reference)
    if kind in OWN_STEP or kind not in evidence_needed(application):
        raise EvidenceKindUnknown(kind=kind)
    _record(application, kind, actor, now, document=document)


@act(AuditTag.EVIDENCE_RECORDED)
def record_envelope(*, reference: str, envelope: str, actor: Actor, now: datetime) -> None:
    """Tie the sealed PIN envelope that was handed over to the application (C31)."""
    _require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = _in_intake(reference)
    if application.key_source != KeySource.AUTHORITY:
        raise NoEnvelopeNeeded
    handed_over = keymaking.hand_over(
        number=envelope, application_reference=application.reference, actor=actor, now=now
    )
    _record(application, EvidenceKind.PIN_ENVELOPE, actor, now, envelope=handed_over.number)


@act(AuditTag.APPLICATION_RELEASE_ASKED)
def ask_release(*, reference: str, actor: Actor, now: datetime) -> ApplicationState:
    """Say that everything is there; where the type asks for one officer only, this releases it (CPS 4.2)."""
    _require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = _in_intake(reference)
    _require_ready(application, now)
    move(application, ApplicationState.VERIFIED)
    _decide(application, Decision.Step.RELEASE_ASKED, actor, now)
    leave(payload={"application": application.reference, "officer": actor.id}, now=now, outlet=actor.outlet)
    if catalogue.certificate_type(application.type_code, application.begun_at).dual_control:
        return ApplicationState.VERIFIED
    _approve(by_reference(reference), actor, now)
    return ApplicationState.APPROVED


@act(AuditTag.APPLICATION_APPROVED)
def approve(*, reference: str, actor: Actor, now: datetime) -> None:
    """Release an application as the second officer (CPS 4.2, C4)."""
    # 1. She may, here and now, and had no hand in the intake.
    _require_at_work(actor, Permission.COUNTER_APPLICATION_RELEASE, now)
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
    _require_at_work(actor, Permission.COUNTER_APPLICATION_REFUSE, now)
    application = by_reference(reference)
    move(application, ApplicationState.REFUSED)
    _decide(application, Decision.Step.REFUSED, actor, now, reason=reason)
    leave(
        payload={"application": application.reference, "officer": actor.id, "reason": reason},
        now=now,
        outlet=actor.outlet,
    )
    hand_on(ApplicationClosedUnissued(application.reference))


def _require_at_work(actor: Actor, permission: Permission, now: datetime) -> None:
    """The officer has the permission, the contract is in force, and her outlet is authorised and open (C2, C28)."""
    participants.require_permission(actor, permission)
    participants.require_contract_in_force(actor, now)
    participants.require_outlet_open(actor.outlet or "", now)


def _in_intake(reference: str) -> Application:
    application = by_reference(reference)
    if application.state != ApplicationState.SUBMITTED:
        raise NotInIntake
    return application


def _require_ready(application: Application, now: datetime) -> None:
    catalogue.require_recognised(application.type_code, now)
    require_complete(evidence_needed(application), evidence_of(application.reference))
    if not ledger.is_paid(application.reference):
        raise FeeNotPaid


def _record(
    application: Application,
    kind: EvidenceKind,
    actor: Actor,
    now: datetime,
    *,
    receipt_id: UUID | None = None,
    receipt: str = "",
    **note: object,
) -> None:
    _, fresh = Evidence.objects.get_or_create(
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
    )


def _approve(application: Application, actor: Actor, now: datetime) -> None:
    move(application, ApplicationState.APPROVED)
    _decide(application, Decision.Step.APPROVED, actor, now)
    leave(
        tag=AuditTag.APPLICATION_APPROVED,
        payload={"application": application.reference, "officer": actor.id},
        now=now,
        outlet=actor.outlet,
    )
    hand_on(ApplicationApproved(application.reference))


def _decide(
    application: Application, step: Decision.Step, actor: Actor, now: datetime, *, reason: str = ""
) -> None:
    Decision.objects.create(
        application_reference=application.reference,
        step=step,
        officer=actor.id,
        outlet=actor.outlet or "",
        reason=reason,
        decided_at=now,
    )
