"""The pool in the signer: batches of keys are made, keys are sealed to a card bureau, and what was purged is destroyed.

The claim of a batch commits before any key of it exists; keys, ciphertexts and leaf then commit together, or it is spent.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import KeyPurpose
from chopmark.authority.custody.subscriber_keys import (
    Sealed,
    WrappedSubscriberKey,
    make_subscriber_key,
    seal_to_bureau,
)
from chopmark.authority.custody.token import KeyAlgorithm, Token
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.kernel.copying import copy_rows, draw
from chopmark.authority.keymaking import policy
from chopmark.authority.keymaking.envelopes import Randomness
from chopmark.authority.keymaking.errors import PoolBatchNotOrdered, PoolKeyNotProven
from chopmark.authority.keymaking.models import (
    FilledBatch,
    PoolBatch,
    PoolOrder,
    PoolOrderEnd,
    PoolPurgeRequest,
    SealedPoolKey,
    Why,
    WrappedPoolKey,
)
from chopmark.authority.keymaking.pool import PooledKey

log = structlog.get_logger("keymaking")

PURGED_AT_ONCE = 2000
CLAIM = """
insert into keymaking_poolclaim (batch_id, claimer, claimed_at)
select id, %s, %s from keymaking_poolbatch b
where not exists (select from keymaking_poolclaim c where c.batch_id = b.id)
  and not exists (select from keymaking_poolorderend e where e.order_id = b.order_id)
order by id limit 1
on conflict do nothing returning batch_id
"""
FILLED_ALREADY = """
    select exists (select from keymaking_filledbatch filled join keymaking_poolbatch batch on batch.id = filled.batch_id
                   where batch.order_id = %s and batch.number = %s)
"""
# Of no line, and an operator discarded it; the worker's word alone has nothing destroyed.
DISCARDED = """
    select asked.pool_key_id from keymaking_poolpurgerequest asked join keymaking_poolkey key on key.id = asked.pool_key_id
    where key.id <= (select coalesce(max(up_to), 0) from keymaking_pooldiscard)
      and not exists (select from keymaking_pooldraw draw where draw.pool_key_id = key.id)
    order by asked.id limit %s
"""
PURGED = "select pool_key_id from keymaking_poolpurge where pool_key_id = any(%s)"


def fill_one(*, token: Token, now: datetime, claimer: int, randomness: Randomness) -> int:
    """Make the keys of one batch that waits; one a round, since checkpoints and lists do not wait for a whole order."""
    claimed = _claim(claimer, now)
    if claimed is None:
        return 0
    batch, numbers = claimed
    try:
        return fill(
            batch=batch,
            numbers=numbers,
            token=token,
            actor=process("signer"),
            now=now,
            randomness=randomness,
        )
    # Nothing else: whoever claimed and failed otherwise ends this claimer's life, so that the batch is asked for again.
    except PoolBatchNotOrdered as refusal:
        log.warning("pool_batch_refused", code=refusal.code)
        return 0


def _claim(claimer: int, now: datetime) -> tuple[PoolBatch, Sequence[int]] | None:
    """A batch that nobody took, and the numbers of its keys.

    Drawn with the keys, these would begin to write, and the log waits for whoever has begun: for as long as the keys take.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, [claimer, now])
        taken = cursor.fetchone()
        if taken is None:
            return None
        batch = PoolBatch.objects.get(id=taken[0])
        return batch, draw("keymaking_poolkey_id_seq", _count(_order_of(batch), batch))


@act(AuditTag.KEY_POOL_FILLED)
def fill(
    *,
    batch: PoolBatch,
    numbers: Sequence[int],
    token: Token,
    actor: Actor,
    now: datetime,
    randomness: Randomness,
) -> int:
    """Make the keys of a claimed batch: public halves, ciphertexts and leaf commit together, or it is spent (CPS 6.1.1)."""
    # 1. An operator ordered it, whatever the worker wrote; and no other attempt made its keys, though we were taken for dead.
    order = _ordered(batch, len(numbers))
    # 2. The keys, each bound to its own number; nothing is written before the last is made.
    wrap_label, _ = custody.public_key(KeyPurpose.KEY_WRAP)
    made = [
        make_subscriber_key(
            KeyAlgorithm(order.algorithm),
            token=token,
            wrap_label=wrap_label,
            context=pool_context(number),
            randomness=randomness(32),
        )
        for number in numbers
    ]
    # 3. All of them, or none.
    _keep(batch, order, list(zip(numbers, made, strict=True)), wrap_label, actor, now)
    return len(numbers)


def _keep(
    batch: PoolBatch,
    order: PoolOrder,
    made: Sequence[tuple[int, WrappedSubscriberKey]],
    wrap_label: str,
    actor: Actor,
    now: datetime,
) -> None:
    keys = [PooledKey(number, one.spki) for number, one in made]
    filled = FilledBatch(batch_id=batch.pk, count=len(keys), sha256=batch_digest(keys), filled_at=now)
    filled.leaf_id = leave(
        public={"algorithm": order.algorithm, "count": len(keys)},
        payload={"actor": actor.id, "order": order.pk, "batch": batch.number},
        now=now,
        rows=[filled],
    )
    filled.save(force_insert=True)
    copy_rows(
        "keymaking_poolkey",
        {"id": "int8", "batch_id": "int8", "algorithm": "text", "spki": "bytea"},
        ((key.id, batch.pk, order.algorithm, key.spki) for key in keys),
    )
    copy_rows(
        "keymaking_wrappedpoolkey",
        {"pool_key_id": "int8", "key_label": "text", "wrapped": "bytea"},
        ((number, wrap_label, one.wrapped) for number, one in made),
    )


def _ordered(batch: PoolBatch, count: int) -> PoolOrder:
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"pool {batch.order_id} {batch.number}"],
        )
        cursor.execute(FILLED_ALREADY, [batch.order_id, batch.number])
        (is_filled,) = cursor.fetchone()
    order = _order_of(batch)
    is_stopped = PoolOrderEnd.objects.filter(order_id=batch.order_id).exists()
    if order is None or is_filled or is_stopped or not count or count != _count(order, batch):
        raise PoolBatchNotOrdered
    return order


def _order_of(batch: PoolBatch) -> PoolOrder | None:
    return PoolOrder.objects.filter(id=batch.order_id).first()


def _count(order: PoolOrder | None, batch: PoolBatch) -> int:
    """How many keys are to be made; none if the order has no such batch, or one that is more than a round, whoever wrote it."""
    if order is None or batch.number < 0:
        return 0
    if order.batch_size > policy.POOL_BATCH.get(KeyAlgorithm(order.algorithm), 0):
        return 0
    return max(0, min(order.batch_size, order.count - batch.number * order.batch_size))


def pool_context(pool_key_id: int) -> bytes:
    """What a wrapped key of the pool is bound to, so that it opens under its own number only."""
    return f"key {pool_key_id} of the pool".encode()


def batch_digest(keys: Iterable[PooledKey]) -> bytes:
    """SHA-256 over each key's number in eight octets and the digest of its public half, in the order of the numbers."""
    digest = hashlib.sha256()
    for key in keys:
        digest.update(key.id.to_bytes(8, "big") + hashlib.sha256(key.spki).digest())
    return digest.digest()


def hold_copies(*, alone: bool) -> None:
    """While copies are sealed none is purged, and the other way round, until the transaction ends."""
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"select {lock}(hashtextextended('copies of the pool', 0))")


def purged_of(keys: Iterable[int]) -> frozenset[int]:
    """Those of these keys that are destroyed; a worker's wish to have one destroyed is not believed."""
    with connection.cursor() as cursor:
        cursor.execute(PURGED, [list(keys)])
        return frozenset(number for (number,) in cursor.fetchall())


def require_openable(keys: Iterable[PooledKey], token: Token) -> None:
    """Refuse while the token does not hold what the copies of these keys are sealed to; it may be older than the newest."""
    wrapped = WrappedPoolKey.objects.filter(pool_key_id__in=[key.id for key in keys])
    for label in wrapped.values_list("key_label", flat=True).distinct():
        token.handle(label)


def seal_keys(
    keys: Sequence[PooledKey],
    certificates: Mapping[int, bytes],
    *,
    token: Token,
    transport_certificate_der: bytes,
) -> list[bytes]:
    """Seal keys, each with its certificate by number, to a bureau: its copy replaces ours, in the transaction that is open."""
    numbers = [key.id for key in keys]
    wrapped = {one.pool_key_id: one for one in WrappedPoolKey.objects.filter(pool_key_id__in=numbers)}
    if wrapped.keys() != set(numbers):
        raise PoolKeyNotProven
    sealed = [
        seal_to_bureau(
            Sealed(
                key_label=wrapped[number].key_label,
                value=bytes(wrapped[number].wrapped),
                context=pool_context(number),
            ),
            token=token,
            certificate_der=certificates[number],
            transport_certificate_der=transport_certificate_der,
        )
        for number in numbers
    ]
    copy_rows(
        "keymaking_sealedpoolkey",
        {"pool_key_id": "int8", "sealed": "bytea"},
        zip(numbers, sealed, strict=True),
    )
    WrappedPoolKey.objects.filter(pool_key_id__in=numbers).delete()
    return sealed


def purge_asked(look: Callable[[], Mapping[int, Why]], *, now: datetime) -> int:
    """Destroy the copies of keys that are to be purged and may be, as `look` says of some at a time; answers how many keys."""
    if not look():
        return 0
    with transaction.atomic():
        hold_copies(alone=True)
        asked = look()  # another signer may have been at it
        return purge(asked=asked, actor=process("signer"), now=now) if asked else 0


def discarded() -> Mapping[int, Why]:
    """Keys that are to be destroyed since an operator discarded them, some at a time."""
    with connection.cursor() as cursor:
        cursor.execute(DISCARDED, [PURGED_AT_ONCE])
        return dict.fromkeys((number for (number,) in cursor.fetchall()), Why.DISCARDED)


@act(AuditTag.KEY_POOL_PURGED)
def purge(*, asked: Mapping[int, Why], actor: Actor, now: datetime) -> int:
    """Destroy every copy of some keys, with a leaf that names them by number (CPS 6.1.2); what is left comes next round."""
    done = purged_of(asked)
    PoolPurgeRequest.objects.filter(pool_key_id__in=asked).delete()
    purged = {number: why for number, why in asked.items() if number not in done}
    leaf_id = leave(
        public={"count": len(purged)}, payload={"actor": actor.id, "keys": sorted(purged)}, now=now
    )
    WrappedPoolKey.objects.filter(pool_key_id__in=purged).delete()
    SealedPoolKey.objects.filter(pool_key_id__in=purged).delete()
    copy_rows(
        "keymaking_poolpurge",
        {"pool_key_id": "int8", "why": "text", "leaf_id": "int8", "purged_at": "timestamptz"},
        ((number, why.value, leaf_id, now) for number, why in purged.items()),
    )
    return len(purged)
