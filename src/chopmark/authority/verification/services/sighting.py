"""The original card, compared at the owner's desk (CPS 3.2.3)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification.errors import (
    IdentityMismatch,
    SightingForAnother,
    SightingReplayed,
)
from chopmark.authority.verification.models import Evidence, SightingTicket
from chopmark.authority.verification.services.at_work import in_intake, record, require_at_work
from chopmark.strongroom.client import SightingReceipt, read_receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The way back from the owner's desk: which application, and the officer it was."""

    application: Application
    officer: Actor


@act(AuditTag.IDENTITY_SIGHTING_BEGUN)
def begin_sighting(*, reference: str, nonce: bytes, actor: Actor, now: datetime) -> Application:
    """Send an officer to the owner's desk to compare the card in her hand with the application (CPS 3.2.3)."""
    require_at_work(actor, Permission.COUNTER_EVIDENCE_RECORD, now)
    application = in_intake(reference)
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
    require_at_work(officer, Permission.COUNTER_EVIDENCE_RECORD, now)
    in_intake(application.reference)
    if not receipt.matches:
        raise IdentityMismatch

    # 3. The evidence and its leaf.
    record(
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
