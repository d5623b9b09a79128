"""Leave on an existing record, which the strongroom checks itself: one verb for each who may give it.

What a caller says of itself is never leave. An officer's own leave is in `officer_cases`.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chopmark.strongroom import certificates
from chopmark.strongroom.actors import Actor, ActorKind
from chopmark.strongroom.certificates import Trust
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.policy.errors import (
    CertificateNotOfRecord,
    ChallengeUnknown,
    KindNotOfPurpose,
    SubjectNotSignedIn,
)
from chopmark.strongroom.policy.models import Challenge, KnownCertificate
from chopmark.strongroom.policy.shapes import CaseKind, Purpose
from chopmark.strongroom.purposes import AUTHORITY, terms
from chopmark.strongroom.services import cases, granting, watching
from chopmark.strongroom.services.watching import Verb
from chopmark.strongroom.tags import Tag

# Not a receipt's and not the authority's: one signature must never be read as another.
CONTEXT = b"chopmark strongroom challenge v1\n"
CHALLENGE_HOLDS_FOR = timedelta(minutes=10)
SIGN_IN_HOLDS_FOR = timedelta(minutes=30)  # as long as the desk's session
# The purpose of a challenge that only makes a certificate known; no purpose of a policy has this name.
_TO_BE_KNOWN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectSession:
    """What `subject.sign_in` answered at the desk, and when; nothing else makes one."""

    record_id: UUID
    signed_in_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A challenge, answered: the certificate and its key's signature."""

    challenge_id: UUID
    certificate_der: bytes
    signature: bytes


@act(Tag.CASE_OPENED_BY_SUBJECT)
def open_case_by_subject(
    *, session: SubjectSession, purpose: str, keys: Keyring, actor: Actor, now: datetime
) -> UUID:
    """Open a case because the subject, signed in at the desk, gives leave for one purpose."""
    record = require_signed_in(session, actor, now)
    case = begin_case(record, CaseKind.SUBJECT, purpose_of(purpose, CaseKind.SUBJECT), keys, now)
    leave(actor=actor, payload=facts_of(case), now=now)
    return case.pk


@act(Tag.CASE_OPENED_BY_CERTIFICATE)
def open_case_by_certificate(
    *, signed: Signed, trust: Trust, keys: Keyring, actor: Actor, now: datetime
) -> UUID:
    """Open a case because the key of the subject's active certificate signed for one purpose, just now."""
    # 1. Our own challenge, once: spent with the case, given back by a rollback.
    watching.attend_at_door(actor, Verb.CASE, now)
    challenge = _take(signed.challenge_id, now)
    purpose = purpose_of(challenge.purpose, CaseKind.CERTIFICATE)

    # 2. The certificate is good, is hers, and its key signed.
    fingerprint = _checked(challenge, signed, trust, now)
    if not KnownCertificate.objects.filter(record=challenge.record_id, fingerprint=fingerprint).exists():
        raise CertificateNotOfRecord

    # 3. The case.
    case = begin_case(cases.hold_record(challenge.record_id), CaseKind.CERTIFICATE, purpose, keys, now)
    leave(actor=actor, payload=facts_of(case) | {"certificate": fingerprint.hex()}, now=now)
    return case.pk


@act(Tag.CASE_OPENED_BY_GRANT)
def open_case_by_grant(
    *, record_id: UUID, grant_id: UUID, keys: Keyring, actor: Actor, now: datetime
) -> UUID:
    """Open a case on one record by a grant of the owner's; it takes one of the grant's count."""
    watching.attend_at_door(actor, Verb.CASE, now)
    record = cases.hold_record(record_id)
    grant = granting.use(grant_id, caller=AUTHORITY, records=1, now=now)
    case = begin_case(record, CaseKind.GRANT, purpose_of(grant.purpose, CaseKind.GRANT), keys, now)
    Case.objects.filter(pk=case.pk).update(closes_at=min(case.closes_at, grant.expires_at))
    leave(actor=actor, payload=facts_of(case) | {"grant": str(grant.pk)}, now=now)
    return case.pk


@act(Tag.CHALLENGE_MADE)
def make_challenge(
    *, record_id: UUID, purpose: str, keys: Keyring, actor: Actor, now: datetime
) -> tuple[UUID, bytes]:
    """What the holder of a certificate is to sign so that a case opens: bound to record, purpose and time."""
    watching.attend_at_door(actor, Verb.CHALLENGE, now, purpose=purpose)
    purpose_of(purpose, CaseKind.CERTIFICATE)
    return _challenge(cases.hold_record(record_id), purpose, keys, actor, now)


@act(Tag.CHALLENGE_MADE)
def make_challenge_to_be_known(
    *, session: SubjectSession, keys: Keyring, actor: Actor, now: datetime
) -> tuple[UUID, bytes]:
    """What a subject, signed in at the desk, is to sign to make her certificate known."""
    return _challenge(require_signed_in(session, actor, now), _TO_BE_KNOWN, keys, actor, now)


@act(Tag.CERTIFICATE_MADE_KNOWN)
def make_certificate_known(
    *, session: SubjectSession, signed: Signed, trust: Trust, actor: Actor, now: datetime
) -> None:
    """Keep that a certificate is this record's: she signed in as its subject, and its key signed for it."""
    record = require_signed_in(session, actor, now)
    challenge = _take(signed.challenge_id, now)
    if challenge.record_id != record.pk or challenge.purpose != _TO_BE_KNOWN:
        raise ChallengeUnknown
    fingerprint = _checked(challenge, signed, trust, now)
    known, is_new = KnownCertificate.objects.get_or_create(
        record=record, fingerprint=fingerprint, defaults={"known_at": now}
    )
    payload = {"record": str(record.pk), "certificate": fingerprint.hex()}
    leave(actor=actor, payload=payload, now=now, rows=[known] if is_new else [])


def require_signed_in(session: SubjectSession, actor: Actor, now: datetime) -> Record:
    """The record, locked, whose subject signed in at the desk a short while ago."""
    is_fresh = timedelta(0) <= now - session.signed_in_at < SIGN_IN_HOLDS_FOR
    if actor.kind is not ActorKind.SUBJECT or not is_fresh:
        raise SubjectNotSignedIn
    record = cases.hold_record(session.record_id)
    if record.shredded_at is not None:
        raise RecordShredded
    return record


def text_of(challenge: Challenge) -> bytes:
    """The bytes that are signed."""
    facts = {
        "challenge": str(challenge.pk),
        "record": str(challenge.record_id),
        "purpose": challenge.purpose,
        "until": int(challenge.until.timestamp()),
    }
    return CONTEXT + json.dumps(facts, sort_keys=True).encode()


def _challenge(
    record: Record, purpose: str, keys: Keyring, actor: Actor, now: datetime
) -> tuple[UUID, bytes]:
    challenge = Challenge.objects.create(
        id=keys.draw_id(), record=record, purpose=purpose, made_at=now, until=now + CHALLENGE_HOLDS_FOR
    )
    payload = {"challenge": str(challenge.pk), "record": str(record.pk), "purpose": purpose}
    leave(actor=actor, payload=payload, now=now)
    return challenge.pk, text_of(challenge)


def _take(challenge_id: UUID, now: datetime) -> Challenge:
    challenge = Challenge.objects.select_for_update().filter(pk=challenge_id, answered_at=None).first()
    if challenge is None or now >= challenge.until:
        raise ChallengeUnknown
    challenge.answered_at = now
    challenge.save(update_fields=["answered_at"])
    return challenge


def _checked(challenge: Challenge, signed: Signed, trust: Trust, now: datetime) -> bytes:
    certificate = certificates.require_good(signed.certificate_der, trust=trust, now=now)
    certificates.require_signed(certificate, signature=signed.signature, signed=text_of(challenge))
    return certificate.fingerprint_sha256


def purpose_of(name: str, kind: CaseKind) -> Purpose:
    """A purpose for which leave of this kind can be given."""
    purpose = terms().purpose(name)
    if kind not in purpose.kinds:
        raise KindNotOfPurpose
    return purpose


def begin_case(record: Record, kind: CaseKind, purpose: Purpose, keys: Keyring, now: datetime) -> Case:
    """A case on an existing record for one purpose, inside an act that has checked the leave."""
    if record.shredded_at is not None:
        raise RecordShredded
    case_id = keys.draw_id()
    return Case.objects.create(
        id=case_id,
        kind=kind,
        record=record,
        application_reference="",
        type="",
        nonce=case_id.hex,
        purposes=[purpose.name],
        opened_at=now,
        closes_at=now + terms().leave[kind].live_for,
        confirmed_at=now,
    )


def facts_of(case: Case) -> dict[str, object]:
    return {"record": str(case.record_id), "case": str(case.pk), "purposes": case.purposes}
