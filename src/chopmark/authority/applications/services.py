"""Asking for a certificate: begin, complete with the owner's receipt, withdraw."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from chopmark.authority.applications.errors import (
    AgreementNotAccepted,
    CsrMissing,
    KeyRepeated,
    KeySourceNotOffered,
    ReceiptExpired,
    ReceiptForAnother,
    ReceiptReplayed,
)
from chopmark.authority.applications.events import ApplicationClosedUnissued, ApplicationSubmitted
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference, move, own
from chopmark.authority.applications.states import GAVE_UP, ApplicationState
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.shapes import key_policy
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.ledger import services as ledger
from chopmark.authority.participants import services as participants
from chopmark.pki.csr import read_request
from chopmark.pki.keys import require_good_key, spki_sha256
from chopmark.strongroom.client import ApplicationReceipt, read_receipt

# The strongroom shreds a record that nobody confirmed for three days; what is left of it here ends with it.
UNFINISHED_FOR = timedelta(hours=71)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an applicant chooses before she goes to the owner's desk; nothing about her person."""

    type_code: str
    outlet: str
    key_source: KeySource
    csr: bytes | None
    agreement: str
    password: str


@act(AuditTag.APPLICATION_BEGUN)
def begin(*, request: Request, nonce: bytes, actor: Actor, now: datetime) -> Application:
    """Open an application and a login for it (CPS 4.1); what remains is the desk's receipt."""
    # 1. The type is one we may issue today, and this way of making the key is offered.
    kind = catalogue.require_recognised(request.type_code, now)
    if request.key_source not in kind.key_sources:
        raise KeySourceNotOffered(type=request.type_code)
    if request.agreement != catalogue.agreement_in_force(now).name:
        raise AgreementNotAccepted
    participants.require_outlet_known(request.outlet)

    # 2. Her own key, if she brings one: proven hers, good enough, and nobody else's.
    key_digest = None
    if request.key_source is KeySource.OWN:
        key_digest = require_usable_key(type_code=request.type_code, csr=request.csr, now=now)

    # 3. Reference, login and leaf.
    reference = _next_reference(now)
    login = participants.open_applicant_login(
        number=reference, password=request.password, actor=actor, now=now
    )
    application = Application(
        reference=reference,
        login_id=login.pk,
        type_code=request.type_code,
        outlet=request.outlet,
        key_source=request.key_source,
        csr=request.csr if key_digest else None,
        spki_sha256=key_digest,
        agreement=request.agreement,
        nonce=nonce,
        begun_at=now,
    )
    _add(application)
    leave(
        payload={"application": reference, "type": request.type_code, "agreement": request.agreement}, now=now
    )
    return application


def require_usable_key(*, type_code: str, csr: bytes | None, now: datetime) -> bytes:
    """The digest of the request's public key, if it is proven, good enough and nobody else's; a face asks early."""
    if not csr:
        raise CsrMissing
    asked = read_request(csr)
    require_good_key(asked.spki_der, key_policy(catalogue.require_recognised(type_code, now), now))
    digest = spki_sha256(asked.spki_der)
    if Application.objects.filter(spki_sha256=digest).exclude(state__in=GAVE_UP).exists():
        raise KeyRepeated
    return digest


def _add(application: Application) -> None:
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:
        # Somebody named the same key since we looked: all else that is unique here is numbered by us.
        raise KeyRepeated from None


def _next_reference(now: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select nextval('applications_number')")
        (number,) = cursor.fetchone()
    return f"AP{now:%y%m}{number:05d}"


@act(AuditTag.APPLICATION_COMPLETED)
def complete(*, receipt_text: str, actor: Actor, now: datetime) -> Application:
    """Complete an application with the receipt that the owner's desk signed (CPS 4.1.2)."""
    # 1. The receipt is the owner's, of this application, and new.
    receipt = read_receipt(receipt_text, key=settings.CHOPMARK_DESK_RECEIPT_KEY)
    if not isinstance(receipt, ApplicationReceipt):
        raise ReceiptForAnother
    if Application.objects.filter(receipt_id=receipt.id).exists():
        raise ReceiptReplayed
    if receipt.at < (now - UNFINISHED_FOR).timestamp():
        raise ReceiptExpired
    application = by_reference(receipt.reference)
    _require_its_receipt(application, receipt)
    kind = catalogue.require_recognised(application.type_code, now)

    # 2. The fee, from the tariff in force today.
    invoice = ledger.invoice_application(
        reference=application.reference,
        lines=catalogue.fee_lines(kind, key_source=application.key_source, on=now),
        actor=actor,
        now=now,
    )

    # 3. The facts that will be printed, the leaf, and the news.
    move(
        application,
        ApplicationState.SUBMITTED,
        receipt_id=receipt.id,
        receipt=receipt_text,
        record_id=receipt.record,
        case_id=receipt.case,
        subject_name=receipt.name,
        subject_email=receipt.email or "",
        age_band=receipt.age_band,
        submitted_at=now,
    )
    leave(
        payload={"application": application.reference, "receipt": str(receipt.id)},
        now=now,
        rows=[invoice, *invoice.lines.all()],
    )
    hand_on(ApplicationSubmitted(application.reference))
    application.refresh_from_db()
    return application


def _require_its_receipt(application: Application, receipt: ApplicationReceipt) -> None:
    same_nonce = hmac.compare_digest(receipt.nonce.encode(), bytes(application.nonce).hex().encode())
    if not same_nonce or receipt.type != application.type_code:
        raise ReceiptForAnother
    if application.state != ApplicationState.BEGUN:
        raise ReceiptReplayed


@act(AuditTag.APPLICATION_WITHDRAWN)
def withdraw(*, reference: str, actor: Actor, now: datetime) -> None:
    """End one's own application while no officer has taken it up (CPS 4.1)."""
    application = own(reference, actor=actor)
    move(application, ApplicationState.WITHDRAWN)
    leave(payload={"application": application.reference}, now=now)
    hand_on(ApplicationClosedUnissued(application.reference))


@act(AuditTag.APPLICATION_WITHDRAWN)
def forget(*, reference: str, why: str, actor: Actor, now: datetime) -> None:
    """End an application that cannot go on: never finished, or its record is gone from the strongroom. Its key is free again."""
    application = by_reference(reference)
    move(application, ApplicationState.WITHDRAWN)
    leave(payload={"application": application.reference, "why": why}, now=now)
