"""Keymaking in the signer: requested keys are made, and made keys are sealed with their certificate."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from django.db import connection, transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.errors import KeyNotInToken
from chopmark.authority.custody.models import KeyPurpose
from chopmark.authority.custody.subscriber_keys import (
    Sealed,
    make_subscriber_key,
    require_key,
    seal_to_pin,
)
from chopmark.authority.custody.token import KeyAlgorithm, Token
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.keymaking import pool_signing
from chopmark.authority.keymaking.envelopes import Randomness
from chopmark.authority.keymaking.errors import KeyRequested
from chopmark.authority.keymaking.events import SubscriberKeyMade
from chopmark.authority.keymaking.models import (
    Envelope,
    KeyRequest,
    MadeKey,
    Purge,
    RefusedSeal,
    SealedKey,
    SealRequest,
    WrappedKey,
)
from chopmark.authority.keymaking.services import pin_context, require_handed_over
from chopmark.pki.refusals import Refusal

log = structlog.get_logger("keymaking")

BATCH = 200
CLAIM = """
insert into keymaking_keyclaim (request_id, claimer, claimed_at)
select id, %s, %s from keymaking_keyrequest r
where not exists (select from keymaking_keyclaim c where c.request_id = r.id)
order by id limit %s
on conflict do nothing returning request_id
"""


def run_once(
    *, token: Token, now: datetime, claimer: int, randomness: Randomness = secrets.token_bytes
) -> int:
    """Make the keys that are asked for, and seal those whose certificate is recorded; answers how many it did."""
    done = 0
    if _has_keys(token):
        for asked in claim(claimer=claimer, now=now):
            done += _make_one(asked, token, now, randomness)
        for recorded in waiting_to_be_sealed():
            done += _seal_one(recorded, token, now)
        done += pool_signing.fill_one(token=token, now=now, claimer=claimer, randomness=randomness)
    return done + pool_signing.purge_asked(pool_signing.discarded, now=now)


def _has_keys(token: Token) -> bool:
    """Whether the token can wrap and open now; while it cannot, requests wait and no attempt is spent."""
    try:
        for purpose in (KeyPurpose.KEY_WRAP, KeyPurpose.ENVELOPE):
            require_key(custody.public_key(purpose), token)
    except Refusal as refusal:
        log.warning("keys_wait_for_token", code=refusal.code)
        return False
    return True


def _make_one(asked: KeyRequest, token: Token, now: datetime, randomness: Randomness) -> bool:
    # A refusal concerns one request; whatever else goes wrong stops the signer's round.
    try:
        make(request=asked, token=token, actor=process("signer"), now=now, randomness=randomness)
    except Refusal as refusal:
        log.warning("key_refused", code=refusal.code)
        return False
    return True


def _seal_one(recorded: SealRequest, token: Token, now: datetime) -> bool:
    try:
        seal(recorded, token=token, now=now)
    except KeyNotInToken as refusal:  # an older key than the newest; the token may have it again
        log.warning("seal_waits_for_token", code=refusal.code)
        return False
    except Refusal as refusal:
        _refuse_seal(recorded, refusal, now)
        return False
    return True


@transaction.atomic
def _refuse_seal(recorded: SealRequest, refusal: Refusal, now: datetime) -> None:
    """Once, with its leaf: what does not open today does not open tomorrow, and must not stand before others."""
    log.error("seal_refused", code=refusal.code)
    with suppress(Refusal):
        _leave_refusal(refusal, actor=process("signer"), now=now)
    RefusedSeal.objects.create(request_id=recorded.request_id, code=refusal.code, refused_at=now)


@act(AuditTag.KEY_SEALED)
def _leave_refusal(refusal: Refusal, *, actor: Actor, now: datetime) -> None:
    raise refusal


def claim(*, claimer: int, now: datetime) -> Sequence[KeyRequest]:
    """Take requests that nobody took; committed before any key is made, so a crash from here on spends them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [claimer, now, BATCH])
        taken = [request_id for (request_id,) in cursor.fetchall()]
    return list(KeyRequest.objects.filter(id__in=taken).order_by("id"))


@act(AuditTag.KEY_MADE)
def make(*, request: KeyRequest, token: Token, actor: Actor, now: datetime, randomness: Randomness) -> None:
    """Make one claimed key; its public half, its ciphertext, its leaf and the news commit together, or it is spent."""
    reference = request.application_reference
    # The database is not believed: the envelope was really handed to this applicant, and no other attempt made her a key.
    require_handed_over(request.envelope_number, reference)
    if MadeKey.objects.filter(application_reference=reference).exists():
        raise KeyRequested
    wrap_label, _ = custody.public_key(KeyPurpose.KEY_WRAP)
    made = make_subscriber_key(
        KeyAlgorithm(request.algorithm),
        token=token,
        wrap_label=wrap_label,
        context=wrap_context(reference),
        randomness=randomness(32),
    )
    leaf_id = leave(payload={"actor": actor.id, "application": reference}, now=now)
    MadeKey.objects.create(
        request_id=request.id, application_reference=reference, spki=made.spki, leaf_id=leaf_id, made_at=now
    )
    WrappedKey.objects.create(request_id=request.id, key_label=wrap_label, wrapped=made.wrapped)
    hand_on(SubscriberKeyMade(reference))


def wrap_context(application_reference: str) -> bytes:
    """What a wrapped key is bound to, so that it opens for its own application only."""
    return f"key of application {application_reference}".encode()


def waiting_to_be_sealed() -> Sequence[SealRequest]:
    wrapped, refused = WrappedKey.objects.values("request_id"), RefusedSeal.objects.values("request_id")
    waiting = SealRequest.objects.filter(request_id__in=wrapped).exclude(request_id__in=refused)
    return list(waiting.order_by("id")[:BATCH])


def seal(request: SealRequest, *, token: Token, now: datetime) -> None:
    """Seal one key with its certificate and chain; a crash before the commit leaves the wrapped key for another try."""
    key_request = KeyRequest.objects.get(id=request.request_id)
    envelope = Envelope.objects.get(number=key_request.envelope_number)
    wrapped = WrappedKey.objects.get(request_id=request.request_id)
    reference = key_request.application_reference
    pkcs12 = seal_to_pin(
        Sealed(key_label=wrapped.key_label, value=bytes(wrapped.wrapped), context=wrap_context(reference)),
        Sealed(
            key_label=envelope.key_label,
            value=bytes(envelope.sealed_pin),
            context=pin_context(envelope.number),
        ),
        token=token,
        certificate_der=bytes(request.certificate_der),
        chain=custody.chain(request.issuer_id),
        friendly_name=f"e-Cert {reference}",
    )
    _record_sealed(
        request=request, pkcs12=pkcs12, application_reference=reference, actor=process("signer"), now=now
    )


@act(AuditTag.KEY_SEALED)
def _record_sealed(
    *, request: SealRequest, pkcs12: bytes, application_reference: str, actor: Actor, now: datetime
) -> None:
    """The PKCS#12 is stored and the wrapped key destroyed, together (C30)."""
    payload = {"actor": actor.id, "application": application_reference}
    leaf_id = leave(payload=payload, now=now)
    SealedKey.objects.create(request_id=request.request_id, pkcs12=pkcs12, leaf_id=leaf_id, sealed_at=now)
    WrappedKey.objects.filter(request_id=request.request_id).delete()
    purge_leaf_id = leave(tag=AuditTag.KEY_PURGED, payload=payload | {"what": Purge.What.WRAPPED}, now=now)
    Purge.objects.create(
        request_id=request.request_id, what=Purge.What.WRAPPED, leaf_id=purge_leaf_id, purged_at=now
    )
