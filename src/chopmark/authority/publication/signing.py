"""The list door's worker in the signer: check, claim, sign, record.

What is out of step, or asked for while the token is away, is not claimed: it uses up no number. The claim commits first,
so a number is signed at most once. List, leaf and hand-over then commit together. A crash between the two leaves a claim
without a list: it is spent, and the next list has the next number.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime

import structlog
from django.db.models import Max

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.crl_signing import Moments, SoFar, require_key, require_next, sign_crl
from chopmark.authority.custody.printing import FULL
from chopmark.authority.custody.token import Token
from chopmark.authority.kernel import octets
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.publication.errors import ListNotOurs
from chopmark.authority.publication.events import CrlSigned
from chopmark.authority.publication.holding import trying_sequence
from chopmark.authority.publication.lists import RevocationList, list_of
from chopmark.authority.publication.models import Crl, CrlClaim, CrlIntent, RefusedCrl
from chopmark.authority.publication.policy import require_same
from chopmark.authority.publication.selectors import (
    latest,
    numbered_with,
    octets_of,
    signed,
    waiting_for_signer,
)
from chopmark.authority.revocation.selectors import Stretch
from chopmark.pki.crl import CrlFacts, read_tbs
from chopmark.pki.refusals import Refusal

log = structlog.get_logger("publication")
BATCH = 50


def run_once(*, token: Token, now: datetime, claimer: int) -> int:
    """Sign the lists that wait; answers how many were recorded."""
    # A full list takes seconds: another signer's delta with the next number would overtake it, and it would be refused.
    sequences: dict[tuple[int, tuple[int, ...]], list[CrlIntent]] = {}
    for intent in waiting_for_signer(BATCH, now=now):
        sequences.setdefault((intent.issuer_id, numbered_with(intent.shard)), []).append(intent)
    recorded = 0
    for (issuer_id, shards), intents in sequences.items():
        with trying_sequence(issuer_id, shards[0]) as mine:
            if mine:
                recorded += sum(_sign_one(one, token=token, claimer=claimer, now=now) for one in intents)
    return recorded


def _has_key(intent: CrlIntent, token: Token) -> bool:
    """Whether the token can sign it now; while it cannot, the list waits and no number is spent."""
    try:
        require_key(custody.authority(intent.issuer_id), token)
    except Refusal as refusal:
        log.warning("crl_waits_for_token", issuer=intent.issuer_id, code=refusal.code)
        return False
    return True


def _sign_one(intent: CrlIntent, *, token: Token, claimer: int, now: datetime) -> bool:
    signer = process("signer")
    try:
        check(intent=intent, actor=signer, now=now)
        if not (_has_key(intent, token) and _claim(intent, claimer=claimer, now=now)):
            return False
        sign(intent=intent, token=token, actor=signer, now=now)
    except Refusal as refusal:
        _refuse(intent, refusal, now)
        return False
    return True


def _claim(intent: CrlIntent, *, claimer: int, now: datetime) -> bool:
    """Whether this signer, and no other, now holds the number; committed when this returns."""
    _, mine = CrlClaim.objects.get_or_create(
        issuer_id=intent.issuer_id,
        shard=intent.shard,
        number=intent.number,
        defaults={"claimer": claimer, "claimed_at": now},
    )
    return mine


def _refuse(intent: CrlIntent, refusal: Refusal, now: datetime) -> None:
    """The refusal has its leaf; this row lets another list be prepared under another number."""
    log.warning("crl_refused", issuer=intent.issuer_id, number=intent.number, code=refusal.code)
    RefusedCrl.objects.get_or_create(
        issuer_id=intent.issuer_id,
        shard=intent.shard,
        number=intent.number,
        defaults={"code": refusal.code, "refused_at": now},
    )


def check(*, intent: CrlIntent, actor: Actor, now: datetime) -> None:
    """Refuse, with a leaf, what the door would not sign for its number or its moments (RFC 5280 §5.2.3)."""
    moments = Moments(number=intent.number, this_update=intent.this_update, next_update=intent.next_update)
    try:
        require_next(moments, so_far=_so_far(intent), now=now)
    except Refusal as refusal:
        _leave_refusal(refusal, actor=actor, now=now)


@act(AuditTag.CRL_SIGNED)
def _leave_refusal(refusal: Refusal, *, actor: Actor, now: datetime) -> None:
    raise refusal


@act(AuditTag.CRL_SIGNED)
def sign(*, intent: CrlIntent, token: Token, actor: Actor, now: datetime) -> None:
    """Sign one claimed list and record it; it is read again here, and held against the revocations themselves."""
    tbs = octets_of(intent)
    require_ours(intent, tbs)
    crl_der = sign_crl(
        tbs,
        issuer=list_of(intent.issuer_id, intent.shard).authority,
        so_far=_so_far(intent, base_number=_base_number(intent, tbs)),
        token=token,
        now=now,
    )
    del tbs  # of a million entries it is as long as the list, which has it too
    sha256 = hashlib.sha256(crl_der).digest()
    crl = Crl(
        issuer_id=intent.issuer_id,
        shard=intent.shard,
        number=intent.number,
        this_update=intent.this_update,
        next_update=intent.next_update,
        crl_der=crl_der,
        sha256=sha256,
        recorded_at=now,
    )
    crl.leaf_id = leave(
        public={
            "issuer": intent.issuer_id,
            "shard": intent.shard,
            "number": intent.number,
            "sha256": sha256.hex(),
        },
        payload={"actor": actor.id},
        now=now,
        rows=[crl],
    )
    octets.insert(crl)
    hand_on(CrlSigned(intent.issuer_id, intent.shard, intent.number))


def require_ours(intent: CrlIntent, tbs: bytes) -> None:
    """The bytes are the list that this row names as we would write it, and every entry a revocation or suspension of ours."""
    facts, wanted = read_tbs(tbs), list_of(intent.issuer_id, intent.shard)
    base = _base(wanted, facts)
    at, end = facts.entries_at
    # Not fact by fact: an extension that nobody here reads would be signed with the rest.
    ours = wanted.printed(
        [memoryview(tbs)[at:end]],
        number=intent.number,
        this_update=intent.this_update,
        next_update=intent.next_update,
        base_number=None if base is None else base.number,
    )
    if ours != tbs:
        raise ListNotOurs(rule="header")
    del ours
    require_same(facts, _rows(wanted, facts, base))


def _base(wanted: RevocationList, facts: CrlFacts) -> Crl | None:
    """The list that a delta says it is to: one that we signed, or it is refused."""
    if wanted.is_delta != (facts.base_number is not None):
        raise ListNotOurs(rule="scope")
    if facts.base_number is None:
        return None
    base = signed(wanted.authority.id, FULL, facts.base_number)
    if base is None:
        raise ListNotOurs(rule="base")
    return base


def _rows(wanted: RevocationList, facts: CrlFacts, base: Crl | None) -> Iterator[Stretch]:
    """What our own tables say that must stand in it: everything, or for a delta what changed since its base."""
    if base is None:
        return wanted.entries(facts.this_update)
    return wanted.changes(facts.this_update, base=base.this_update)


def _base_number(intent: CrlIntent, tbs: bytes) -> int | None:
    """The number of the full list that a delta says it is to, if we signed one."""
    named = read_tbs(tbs).base_number
    base = None if named is None else signed(intent.issuer_id, FULL, named)
    return None if base is None else base.number


def _so_far(intent: CrlIntent, *, base_number: int | None = None) -> SoFar:
    """What went before, by the signer's own tables: the highest number that any other claim was made for, and the last list."""
    shards = numbered_with(intent.shard)
    others = CrlClaim.objects.filter(issuer_id=intent.issuer_id, shard__in=shards)
    others = others.exclude(shard=intent.shard, number=intent.number)
    last = [found for shard in shards if (found := latest(intent.issuer_id, shard))]
    return SoFar(
        number=others.aggregate(last=Max("number"))["last"] or 0,
        this_update=max((one.this_update for one in last), default=None),
        valid_for=list_of(intent.issuer_id, intent.shard).valid_for,
        base_number=base_number,
    )
