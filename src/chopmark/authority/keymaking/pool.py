"""The key pool: keys made ahead of time, at night say, for populations whose cards make none; each is one line's, once.

The operator's process orders and draws, the worker divides orders and asks for purges, the signer makes and destroys.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody.claimers import dead
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.copying import copy_rows
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.keymaking import policy
from chopmark.authority.keymaking.errors import PoolAlgorithm, PoolOrderTooLarge, PoolOrderUnknown, PoolShort
from chopmark.authority.keymaking.events import KeyPoolAsked
from chopmark.authority.keymaking.models import PoolBatch, PoolOrder, PoolOrderEnd, SealedPoolKey, Why
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission

AT_ONCE = 500
# Of each batch of an order that is neither made nor stopped: its latest attempt, and whose claim that has; none that waits for a
# signer, or for a person since it failed too often.
UNMADE = """
    select o.id, wanted.number, coalesce(latest.attempt, 0), claim.claimer
    from keymaking_poolorder o
    cross join lateral generate_series(0, (o.count - 1) / o.batch_size) wanted(number)
    left join lateral (select b.id, b.attempt from keymaking_poolbatch b
                       where b.order_id = o.id and b.number = wanted.number order by b.attempt desc limit 1) latest on true
    left join keymaking_poolclaim claim on claim.batch_id = latest.id
    where not exists (select from keymaking_poolorderend e where e.order_id = o.id)
      and (latest.id is null or claim.claimer is not null and latest.attempt < %s)
      and (select coalesce(sum(f.count), 0) from keymaking_filledbatch f
           join keymaking_poolbatch b on b.id = f.batch_id where b.order_id = o.id) < o.count
      and not exists (select from keymaking_filledbatch f join keymaking_poolbatch b on b.id = f.batch_id
                      where b.order_id = o.id and b.number = wanted.number)
    order by o.id, wanted.number limit %s
"""
# What was discarded is free no more, whether it is destroyed yet or not; nothing else that is nobody's is ever purged.
DISCARDED_TO = "(select coalesce(max(up_to), 0) from keymaking_pooldiscard)"
FREE = f"""
    select key.id, key.spki from keymaking_poolkey key where key.algorithm = %s and key.id > {DISCARDED_TO}
      and not exists (select from keymaking_pooldraw draw where draw.pool_key_id = key.id)
    order by key.id limit %s
"""  # noqa: S608  # our own words
STATUS = f"""
    select key.algorithm, count(*),
           count(*) filter (where draw.id is null and purge.id is null and key.id > {DISCARDED_TO}),
           count(draw.id) filter (where purge.id is null),
           count(purge.id)
    from keymaking_poolkey key
    left join keymaking_pooldraw draw on draw.pool_key_id = key.id
    left join keymaking_poolpurge purge on purge.pool_key_id = key.id
    group by key.algorithm order by key.algorithm
"""  # noqa: S608  # our own words
# Of an order that was stopped, what it made.
ORDERED = """
    select o.algorithm, sum(case when e.id is null then o.count else (
        select coalesce(sum(f.count), 0) from keymaking_filledbatch f
        join keymaking_poolbatch b on b.id = f.batch_id where b.order_id = o.id) end)
    from keymaking_poolorder o left join keymaking_poolorderend e on e.order_id = o.id group by o.algorithm
"""
DRAWN = """
    select draw.place, key.id, key.spki from keymaking_pooldraw draw join keymaking_poolkey key on key.id = draw.pool_key_id
    where draw.campaign_id = %s and draw.number = %s order by draw.place
"""
PURGE = """
    insert into keymaking_poolpurgerequest (pool_key_id, why, requested_at)
    select draw.pool_key_id, %(why)s, %(now)s from keymaking_pooldraw draw
    where draw.campaign_id = %(campaign)s and draw.number = %(number)s
      and (%(places)s::int[] is null or draw.place = any(%(places)s::int[]))
      and not exists (select from keymaking_poolpurge purge where purge.pool_key_id = draw.pool_key_id)
    on conflict do nothing
"""


class PooledKey(NamedTuple):
    """A key of the pool, by its number."""

    id: int
    spki: bytes


class Draw(NamedTuple):
    """A key of the pool is that of this line."""

    pool_key_id: int
    number: int
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """How many keys of a kind there are: used are those that are drawn and of which we still have a copy."""

    ordered: int
    made: int
    free: int
    used: int
    purged: int

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@act(AuditTag.KEY_POOL_ASKED)
def order(*, algorithm: str, count: int, actor: Actor, now: datetime) -> PoolOrder:
    """Have so many keys made ahead of time; the signer makes them a batch at a time (CPS 6.1.1)."""
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
    kind = {one.value: one for one in policy.POOL_BATCH}.get(algorithm)
    if kind is None:
        raise PoolAlgorithm
    most = policy.POOL_ORDER_AT_MOST[kind]
    if not 0 < count <= most:
        raise PoolOrderTooLarge(most=most)
    asked = PoolOrder.objects.create(
        algorithm=algorithm,
        count=count,
        batch_size=policy.POOL_BATCH[kind],
        ordered_by=actor.id,
        ordered_at=now,
    )
    leave(
        public={"algorithm": algorithm, "count": count},
        payload={"actor": actor.id, "order": asked.pk},
        now=now,
        rows=[asked],
    )
    hand_on(KeyPoolAsked(asked.pk))
    return asked


@act(AuditTag.KEY_POOL_STOPPED)
def stop(*, order_id: int, actor: Actor, now: datetime) -> None:
    """Make no more keys of an order; a batch that a signer is at is finished."""
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
    if not PoolOrder.objects.filter(id=order_id).exists():
        raise PoolOrderUnknown
    end, is_new = PoolOrderEnd.objects.get_or_create(
        order_id=order_id, defaults={"stopped_by": actor.id, "stopped_at": now}
    )
    if not is_new:
        raise PoolOrderUnknown
    leave(payload={"actor": actor.id, "order": order_id}, now=now, rows=[end])


def go_on(*, actor: Actor, now: datetime) -> int:
    """Have batches made that are ordered and not asked for, and again where a claim was spent, some a tick; answers how many."""
    missing = _missing()
    if missing:
        _ask(missing, actor=actor, now=now)
    return len(missing)


def _missing() -> list[PoolBatch]:
    with connection.cursor() as cursor:
        cursor.execute(UNMADE, [policy.ATTEMPTS, AT_ONCE])
        unmade = cursor.fetchall()
    gone = dead(claimer for *_, claimer in unmade if claimer is not None)
    return [
        PoolBatch(order_id=order_id, number=number, attempt=attempt + 1)
        for order_id, number, attempt, claimer in unmade
        if attempt == 0 or claimer in gone
    ]


@act(AuditTag.KEY_POOL_ASKED)
def _ask(batches: Sequence[PoolBatch], *, actor: Actor, now: datetime) -> None:
    for batch in batches:
        batch.requested_at = now
    # Of two workers one writes each: the constraint lets no attempt be written twice.
    PoolBatch.objects.bulk_create(batches, ignore_conflicts=True)
    leave(payload={"actor": actor.id, "batches": len(batches)}, now=now)


def status() -> dict[str, PoolStatus]:
    """How the pool stands, by kind of key."""
    with connection.cursor() as cursor:
        cursor.execute(ORDERED)
        ordered = {algorithm: int(count) for algorithm, count in cursor.fetchall()}
        cursor.execute(STATUS)
        made = {algorithm: counts for algorithm, *counts in cursor.fetchall()}
    return {
        algorithm: _status(ordered.get(algorithm, 0), *made.get(algorithm, (0, 0, 0, 0)))
        for algorithm in sorted(ordered.keys() | made.keys())
    }


def _status(ordered: int, made: int, free: int, used: int, purged: int) -> PoolStatus:
    return PoolStatus(ordered=ordered, made=made, free=free, used=used, purged=purged)


def hold_draws() -> None:
    """Until the transaction ends nobody else draws or discards any key."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('key pool', 0))")


def free_keys(algorithm: KeyAlgorithm, count: int) -> list[PooledKey]:
    """So many keys that are no line's; until the transaction ends nobody else draws any. `PoolShort` if there are fewer."""
    hold_draws()
    with connection.cursor() as cursor:
        cursor.execute(FREE, [algorithm.value, count])
        found = [PooledKey(pool_key_id, bytes(spki)) for pool_key_id, spki in cursor.fetchall()]
    if len(found) < count:
        raise PoolShort(algorithm=algorithm.value, free=len(found), needed=count)
    return found


def require_free(algorithm: KeyAlgorithm, count: int) -> None:
    """Refuse, before anything is drawn, if there are too few."""
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from ({FREE}) free", [algorithm.value, count])  # noqa: S608  # our own words
        (free,) = cursor.fetchone()
    if free < count:
        raise PoolShort(algorithm=algorithm.value, free=free, needed=count)


def draw(campaign_id: int, draws: Iterable[Draw]) -> None:
    """Give each key to its line for good; the database refuses a key that is another's."""
    columns = {"pool_key_id": "int8", "campaign_id": "int8", "number": "int4", "place": "int2"}
    copy_rows(
        "keymaking_pooldraw",
        columns,
        ((one.pool_key_id, campaign_id, one.number, one.place) for one in draws),
    )


def are_of_pool(spkis: Sequence[bytes]) -> frozenset[bytes]:
    """Which of these public keys are of the pool."""
    with connection.cursor() as cursor:
        cursor.execute("select spki from keymaking_poolkey where spki = any(%s)", [list(spkis)])
        return frozenset(bytes(spki) for (spki,) in cursor.fetchall())


def drawn(campaign_id: int, number: int) -> Mapping[int, PooledKey]:
    """The keys of a chunk's lines that are of the pool, by the place of the line."""
    with connection.cursor() as cursor:
        cursor.execute(DRAWN, [campaign_id, number])
        return {place: PooledKey(pool_key_id, bytes(spki)) for place, pool_key_id, spki in cursor.fetchall()}


def sealed(keys: Iterable[PooledKey]) -> Mapping[int, bytes]:
    """Those of these keys that are sealed to a card bureau and not purged, by number."""
    found = SealedPoolKey.objects.filter(pool_key_id__in=[key.id for key in keys])
    return {pool_key_id: bytes(octets) for pool_key_id, octets in found.values_list("pool_key_id", "sealed")}


def ask_purge(
    campaign_id: int, number: int, why: Why, *, now: datetime, places: Sequence[int] | None = None
) -> None:
    """Have every copy destroyed of a chunk's keys, or of those of some of its places; asking twice is asking once."""
    with connection.cursor() as cursor:
        cursor.execute(
            PURGE,
            {
                "why": why.value,
                "now": now,
                "campaign": campaign_id,
                "number": number,
                "places": None if places is None else list(places),
            },
        )
