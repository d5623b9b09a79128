"""Writing down exactly what is to be signed, and settling what a crash left behind."""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from django.db import transaction

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.custody.claimers import dead
from chopmark.authority.issuance import selectors
from chopmark.authority.issuance.composing import compose
from chopmark.authority.issuance.errors import AlreadyIntended, ApplicationNotApproved, LintFailed
from chopmark.authority.issuance.events import ClaimSpent, RetryAsked
from chopmark.authority.issuance.holding import hold_application, hold_claims_of
from chopmark.authority.issuance.models import Blocked, Claim, IntendedCertificate, SpentClaim
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.pki.lint import LintRefused, lint_certificate

# The three judges by version: a verdict can be asked for again by whoever installs the same (C36).
RULE_SET = ", ".join(f"{judge} {version(judge)}" for judge in ("chopmark", "pkilint", "cryptography"))


@act(AuditTag.CERTIFICATE_INTENDED)
def intend(*, reference: str, spki_der: bytes, serial_number: bytes, actor: Actor, now: datetime) -> None:
    """Write down the exact to-be-signed content of an approved application's certificate, linted (CPS 4.3.1)."""
    # 1. Approved, and still to be issued; of two workers the second waits here, and finds it intended.
    application = by_reference(reference)
    hold_application(application.reference)
    if (
        application.state not in (ApplicationState.APPROVED, ApplicationState.ISSUED)
        or not application.record_id
    ):
        raise ApplicationNotApproved
    if selectors.has_live_intent(application.reference):
        raise AlreadyIntended

    # 2. The bytes: name, validity, key and extensions by the type in force today.
    subscriber = participants.subscriber_for(application.record_id, now)
    composed = compose(
        application, srn=subscriber.srn, spki_der=spki_der, serial_number=serial_number, now=now
    )

    # 3. The three-way gate (C36). A finding refuses the act; the handler opens a ticket with it.
    try:
        linted = lint_certificate(
            composed.tbs_certificate,
            composed.template,
            issuer_certificate_der=composed.issuer_certificate_der,
        )
    except LintRefused as refused:
        raise LintFailed(
            findings=[f"{one.source} {one.code} {one.where}" for one in refused.findings]
        ) from refused

    # 4. The intent, its leaf; the insert itself wakes the signer.
    intent = IntendedCertificate.objects.create(
        issuer_id=composed.issuer_id,
        serial_number=serial_number,
        application_reference=application.reference,
        type_code=application.type_code,
        subscriber_class=composed.subscriber_class,
        policy_date=composed.policy_date,
        tbs_certificate=linted.tbs_certificate,
        rule_set=RULE_SET,
        intended_at=now,
    )
    leave(payload={"application": application.reference, "rule_set": RULE_SET}, now=now, rows=[intent])


@act(AuditTag.CERTIFICATE_LINT_FAILED)
def open_ticket(*, reference: str, findings: Sequence[str], actor: Actor, now: datetime) -> None:
    """Open a ticket for what the gate refused, for an operator to read (C36)."""
    Blocked.objects.create(application_reference=reference, findings=list(findings), blocked_at=now)
    leave(payload={"application": reference, "findings": list(findings)}, now=now)


@act(AuditTag.CERTIFICATE_RETRY_ASKED)
def ask_again(*, reference: str, actor: Actor, now: datetime) -> None:
    """Have an approved application intended again, after a ticket or the signer's refusal was looked into (CPS 4.3)."""
    participants.require_permission(actor, Permission.CONSOLE_CERTIFICATE_RETRY)
    application = by_reference(reference)
    if application.state != ApplicationState.APPROVED:
        raise ApplicationNotApproved
    if application.key_source == KeySource.CAMPAIGN:  # its chunk is, or will be
        raise AlreadyIntended
    if selectors.has_live_intent(application.reference):
        raise AlreadyIntended
    leave(payload={"application": application.reference, "actor": actor.id}, now=now)
    hand_on(RetryAsked(application.reference))


def mark_spent_claims(*, actor: Actor, now: datetime) -> int:
    """Settle the claims of signers that are no more; answers how many were spent."""
    gone = dead(selectors.claimers_at_work())
    return sum(each(gone, lambda claimer: _mark_all_spent(claimer, actor, now)))


@transaction.atomic
def _mark_all_spent(claimer: int, actor: Actor, now: datetime) -> int:
    # A signer may have lost its lock and still live: it records before us, and we do not see its claims here, or never.
    hold_claims_of(claimer)
    spent = selectors.unfinished_claims(claimer)
    for claim in spent:
        mark_spent(claim=claim, actor=actor, now=now)
    return len(spent)


@act(AuditTag.CLAIM_SPENT)
def mark_spent(*, claim: Claim, actor: Actor, now: datetime) -> None:
    """Say for good that a claim's serial number will never be a certificate of ours, though a signature may exist."""
    intent = selectors.intent_of(claim)
    spent = SpentClaim.objects.create(
        issuer_id=claim.issuer_id,
        serial_number=claim.serial_number,
        kind=claim.kind,
        application_reference=intent.application_reference,
        spent_at=now,
    )
    serial = bytes(claim.serial_number).hex()
    leave(
        public={"issuer": claim.issuer_id, "serial_number": serial},
        payload={"application": intent.application_reference},
        now=now,
        rows=[spent],
    )
    hand_on(ClaimSpent(claim.issuer_id, serial, intent.application_reference))
