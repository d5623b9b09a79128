"""The certificate door's worker in the signer: check, claim, sign, record.

An intent is believed in nothing but its serial number and, within limits, its moment: an officer's release must stand in
a table that its writer cannot write, and our own copy of the pack must give the very same bytes to that application.

The claim commits first, and `claiming` lets no application and no serial number be claimed twice. Certificate, leaf and
hand-over then commit together. A crash between the two leaves a claim without a certificate: it is spent, its serial number
is revoked, and the application gets a fresh one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import structlog
from django.db import transaction

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit.services import leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.certificate_signing import (
    ToBeSigned,
    require_key,
    require_signable,
    sign_certificates,
)
from chopmark.authority.custody.token import Token
from chopmark.authority.issuance.claiming import claim_intents
from chopmark.authority.issuance.composing import Composed, compose_again, composed_at, public_key_of
from chopmark.authority.issuance.errors import IntentNotOurs
from chopmark.authority.issuance.events import CertificateRecorded
from chopmark.authority.issuance.holding import hold_claims_of
from chopmark.authority.issuance.models import (
    Certificate,
    IntendedCertificate,
    Kind,
    RefusedIntent,
    SpentClaim,
)
from chopmark.authority.issuance.selectors import waiting_for_signer
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.transparency import witnesses
from chopmark.authority.verification.proof import require_proven
from chopmark.pki.certificates import read_certificate
from chopmark.pki.names import read_name
from chopmark.pki.refusals import Refusal
from chopmark.pki.tbs import read_tbs_certificate

log = structlog.get_logger("signer")

BATCH = 200
# How long an intent may wait for a signer that is away, and how far the worker's clock may be ahead of ours.
GOOD_FOR = timedelta(days=7)
CLOCKS_DIFFER_BY = timedelta(minutes=5)
Checked = tuple[IntendedCertificate, ToBeSigned]


def run_once(*, token: Token, now: datetime, claimer: int) -> int:
    """Sign what waits; answers how many certificates were recorded."""
    intents = list(waiting_for_signer(BATCH))
    if intents and witnesses.are_late(now=now):
        # They wait, and are neither claimed nor refused: what nobody watches is not issued.
        log.warning("issuing_paused", why="no quorum of witnesses", waiting=len(intents))
        return 0
    waiting = _checked(intents, now)
    by_issuer: dict[int, list[Checked]] = defaultdict(list)
    for intent, item in waiting:
        by_issuer[intent.issuer_id].append((intent, item))
    return sum(_sign(issuer_id, batch, token, now, claimer) for issuer_id, batch in by_issuer.items())


def _checked(intents: Iterable[IntendedCertificate], now: datetime) -> list[Checked]:
    """Those that we would have written too; the others are refused for good, with a leaf."""
    checked = []
    for intent in intents:
        try:
            checked.append((intent, _as_we_would(intent, now)))
        except Refusal as refusal:
            _refuse(intent, refusal, now)
    return checked


def _as_we_would(intent: IntendedCertificate, now: datetime) -> ToBeSigned:
    """The bytes that the owner's signed words, the application and our own pack give: these or none."""
    printed = read_tbs_certificate(bytes(intent.tbs_certificate))
    application = by_reference(intent.application_reference)
    _require(intent.kind == Kind.CERTIFICATE and intent.type_code == application.type_code, "kind")
    _require_proven(application)
    _require(public_key_of(application) == printed.spki_der, "applicants_key")
    # A certificate is not dated back to what was good enough then.
    _require(now - GOOD_FOR <= composed_at(printed) <= now + CLOCKS_DIFFER_BY, "moment")
    composed = compose_again(application, printed, serial_number=bytes(intent.serial_number))
    _require(composed.tbs_certificate == printed.encoded, "bytes")
    _require(_written_by(composed) == _written_by(intent), "row")
    item = ToBeSigned(printed.encoded, composed.template)
    require_signable(item, custody.authority(intent.issuer_id))
    return item


def _require_proven(application: Application) -> None:
    try:
        require_proven(application)
    except Refusal as refusal:
        raise IntentNotOurs(rule=refusal.details.get("rule", refusal.code)) from refusal


def _written_by(one: Composed | IntendedCertificate) -> tuple[int, str, date]:
    return one.issuer_id, one.subscriber_class, one.policy_date


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise IntentNotOurs(rule=rule)


@transaction.atomic
def _refuse(intent: IntendedCertificate, refusal: Refusal, now: datetime) -> None:
    RefusedIntent.objects.get_or_create(
        issuer_id=intent.issuer_id,
        serial_number=intent.serial_number,
        kind=intent.kind,
        defaults={"code": refusal.code, "refused_at": now},
    )
    leave(
        tag=AuditTag.CERTIFICATE_SIGNING_REFUSED,
        public={"issuer": intent.issuer_id, "serial_number": bytes(intent.serial_number).hex()},
        payload={
            "application": intent.application_reference,
            "code": refusal.code,
            "details": refusal.details,
        },
        now=now,
    )


def _sign(issuer_id: int, batch: Sequence[Checked], token: Token, now: datetime, claimer: int) -> int:
    # 1. Claim, once the key is there. After this line's commit the serial numbers are used, whatever happens.
    issuer = custody.authority(issuer_id)
    require_key(issuer, token)
    mine, refused = claim_intents([intent for intent, _ in batch], claimer=claimer, now=now)
    for intent, _ in batch:
        if intent.pk in refused:
            _refuse(intent, refused[intent.pk], now)
    ours = [(intent, item) for intent, item in batch if intent.pk in mine]
    if not ours:
        return 0

    # 2. Sign: the door checks every byte again.
    signed = sign_certificates([item for _, item in ours], issuer=issuer, token=token)

    # 3. Record: certificate, leaf and hand-over, or none. A crash before this commit spends the claims.
    with transaction.atomic():
        hold_claims_of(claimer)
        for (intent, _), certificate_der in zip(ours, signed, strict=True):
            _record(intent, certificate_der, now)
    return len(ours)


def _record(intent: IntendedCertificate, certificate_der: bytes, now: datetime) -> None:
    number = {"issuer_id": intent.issuer_id, "serial_number": intent.serial_number, "kind": intent.kind}
    if SpentClaim.objects.filter(
        **number
    ).exists():  # we were taken for dead: the serial number is revoked by now
        return
    facts = read_certificate(certificate_der)
    fingerprint = facts.fingerprint_sha256
    certificate = Certificate(
        **number,
        certificate_der=certificate_der,
        fingerprint_sha256=fingerprint,
        application_reference=intent.application_reference,
        type_code=intent.type_code,
        subject=read_name(facts.subject_der).rfc4514(),
        not_before=facts.not_before,
        not_after=facts.not_after,
        recorded_at=now,
    )
    certificate.leaf_id = leave(
        tag=AuditTag.CERTIFICATE_ISSUED,
        public={
            "issuer": intent.issuer_id,
            "serial_number": bytes(intent.serial_number).hex(),
            "fingerprint_sha256": fingerprint.hex(),
            "type": intent.type_code,
        },
        payload={"application": intent.application_reference},
        now=now,
        rows=[certificate],
    )
    certificate.save(force_insert=True)
    hand_on(
        CertificateRecorded(intent.issuer_id, bytes(intent.serial_number).hex(), intent.application_reference)
    )
