"""The other evidence: documents, the duplicate check, the PIN envelope."""

from datetime import datetime

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit.services import act
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.keymaking import services as keymaking
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification.errors import (
    EvidenceKindUnknown,
    NoEnvelopeNeeded,
)
from chopmark.authority.verification.policy import (
    OWN_STEP,
)
from chopmark.authority.verification.selectors import evidence_needed
from chopmark.authority.verification.services.at_work import in_intake, record, require_at_work


@act(AuditTag.EVIDENCE_RECORDED)
def record_duplicate_check(*, reference: str, others: int, actor: Actor, now: datetime) -> None:
    """Record how many other records the strongroom holds for the same person (C20): a number, never which."""
    record(by_reference(reference), EvidenceKind.DUPLICATE_CHECK, actor, now, others=others)


@act(AuditTag.EVIDENCE_RECORDED)
def record_evidence(
    *, reference: str, kind: EvidenceKind, document: str, actor: Actor, now: datetime
) -> None:
    """Record that an officer saw a document that the type asks for, by its kind and number (CPS 3.2.2)."""
    require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = in_intake(reference)
    if kind in OWN_STEP or kind not in evidence_needed(application):
        raise EvidenceKindUnknown(kind=kind)
    record(application, kind, actor, now, document=document)


@act(AuditTag.EVIDENCE_RECORDED)
def record_envelope(*, reference: str, envelope: str, actor: Actor, now: datetime) -> None:
    """Tie the sealed PIN envelope that was handed over to the application (C31)."""
    require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = in_intake(reference)
    if application.key_source != KeySource.AUTHORITY:
        raise NoEnvelopeNeeded
    handed_over = keymaking.hand_over(
        number=envelope, application_reference=application.reference, actor=actor, now=now
    )
    record(application, EvidenceKind.PIN_ENVELOPE, actor, now, envelope=handed_over.number)
