"""What issuance does when it hears of something: turn an approved application into an intent, once."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.issuance import selectors, services
from chopmark.authority.issuance.composing import public_key_of
from chopmark.authority.issuance.errors import AlreadyIntended, LintFailed
from chopmark.authority.issuance.events import CertificateRecorded, ClaimSpent, RetryAsked
from chopmark.authority.issuance.selectors import has_live_intent
from chopmark.authority.kernel.actors import process
from chopmark.authority.kernel.identifiers import serial_from
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.keymaking import selectors as keymaking_selectors
from chopmark.authority.keymaking import services as keymaking
from chopmark.authority.keymaking.events import SubscriberKeyMade
from chopmark.authority.verification.events import ApplicationApproved
from chopmark.pki.refusals import Refusal


def intend_or_have_key_made(events: Sequence[ApplicationApproved], now: datetime) -> None:
    """Intend at once for those who brought their own key; have the others' made behind their envelope's PIN."""
    for event in events:
        application = by_reference(event.reference)
        if application.key_source == KeySource.OWN:
            _intend(application, now)
        elif not keymaking_selectors.progress_of(application.reference):
            _have_key_made(application, now)


def _have_key_made(application: Application, now: datetime) -> None:
    kind = catalogue.certificate_type(application.type_code, application.begun_at)
    keymaking.request_key(
        application_reference=application.reference,
        envelope_number=keymaking_selectors.envelope_of(application.reference) or "",
        algorithm=KeyAlgorithm(kind.key.made or KeyAlgorithm.P256),
        actor=process("worker"),
        now=now,
    )


def seal_made_keys(events: Sequence[CertificateRecorded], now: datetime) -> None:
    """Have a made key sealed with its certificate, now that there is one (C30)."""
    for event in events:
        application = by_reference(event.reference)
        if application.key_source == KeySource.AUTHORITY and not keymaking_selectors.is_sealing_requested(
            application.reference
        ):
            certificate = selectors.certificate(event.issuer_id, bytes.fromhex(event.serial_number))
            keymaking.request_sealing(
                application_reference=application.reference,
                issuer_id=certificate.issuer_id,
                certificate_der=bytes(certificate.certificate_der),
                actor=process("worker"),
                now=now,
            )


def intend_made_keys(events: Sequence[SubscriberKeyMade], now: datetime) -> None:
    for event in events:
        _intend(by_reference(event.reference), now)


def intend_again(events: Sequence[ClaimSpent | RetryAsked], now: datetime) -> None:
    """A crash spent the serial number, or an operator asks again: the same application, a fresh one."""
    for event in events:
        _intend(by_reference(event.reference), now)


def _intend(application: Application, now: datetime) -> None:
    if has_live_intent(application.reference):
        return
    spki_der = public_key_of(application)
    if spki_der is None:
        raise NotYet
    worker = process("worker")
    try:
        services.intend(
            reference=application.reference,
            spki_der=spki_der,
            serial_number=serial_from(secrets.token_bytes(16)),
            actor=worker,
            now=now,
        )
    except AlreadyIntended:  # another worker heard the same
        return
    except Refusal as refusal:  # no later attempt would end otherwise: somebody must look
        findings = refusal.findings if isinstance(refusal, LintFailed) else [refusal.code]
        services.open_ticket(reference=application.reference, findings=findings, actor=worker, now=now)
