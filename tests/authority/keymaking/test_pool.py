"""Keys made ahead of time: ordered by an operator, made by the signer in batches, each once."""

import pytest
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import connection
from django.db.utils import IntegrityError, ProgrammingError
from psycopg.errors import UniqueViolation

from authority.signing_stage import (
    Broken,
    in_a_process_that_is_killed,
    it_fails,
    it_happens_and_then_fails,
    kill_this_process,
    living,
    tags,
)
from chopmark.authority.custody import subscriber_keys
from chopmark.authority.custody.errors import KeyNotInToken, SealBroken
from chopmark.authority.custody.subscriber_keys import Sealed
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.kernel.actors import process
from chopmark.authority.keymaking import policy, pool, pool_signing, signing
from chopmark.authority.keymaking.errors import PoolAlgorithm, PoolOrderTooLarge, PoolOrderUnknown, PoolShort
from chopmark.authority.keymaking.models import (
    FilledBatch,
    PoolBatch,
    PoolClaim,
    PoolDraw,
    PoolKey,
    PoolOrder,
    PoolPurge,
    PoolPurgeRequest,
    SealedPoolKey,
    Why,
    WrappedPoolKey,
)
from chopmark.authority.keymaking.pool import Draw
from chopmark.authority.participants.errors import PermissionMissing
from chopmark.config import signer_root
from world import NOON, World, at, handed_on, last_leaf

WORKER = process("worker")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setitem(policy.POOL_BATCH, KeyAlgorithm.P256, 4)


@pytest.fixture
def operator(world: World):
    return world.staff("31088")


@pytest.fixture
def asked(operator) -> PoolOrder:
    """Ten keys: two batches of four and one of two."""
    with at("operator"):
        order = pool.order(algorithm="P-256", count=10, actor=operator, now=NOON)
    with at("worker"):
        pool.go_on(actor=WORKER, now=NOON)
    return order


def fill(world, claimer=1):
    with at("signer"):
        return signing.run_once(token=world.token, now=NOON, claimer=claimer)


@pytest.fixture
def filled(world, asked) -> PoolOrder:
    while fill(world):
        pass
    return asked


def test_it_works(world, asked):
    assert [fill(world) for _ in range(4)] == [4, 4, 2, 0]

    status = pool.status()["P-256"]
    assert status.as_json() == {"ordered": 10, "made": 10, "free": 10, "used": 0, "purged": 0}
    assert len({bytes(spki) for spki in PoolKey.objects.values_list("spki", flat=True)}) == 10
    assert WrappedPoolKey.objects.count() == 10
    assert last_leaf()["public"] == {"algorithm": "P-256", "count": 2}
    assert tags().count("key_pool:filled") == 3


def test_an_order_is_handed_on_with_its_leaf(operator):
    with at("operator"):
        pool.order(algorithm="P-256", count=10, actor=operator, now=NOON)
    assert handed_on() == ["key_pool.asked"]
    assert last_leaf()["public"] == {"algorithm": "P-256", "count": 10}
    assert not PoolBatch.objects.exists()


def test_progress_is_seen_while_it_is_made(world, asked):
    fill(world)
    assert pool.status()["P-256"].made == 4
    assert pool.status()["P-256"].ordered == 10


@pytest.mark.parametrize("algorithm", ["X25519", "Ed25519", "P-521", ""])
def test_a_kind_of_key_that_is_nobodys_is_not_made(operator, algorithm):
    with pytest.raises(PoolAlgorithm), at("operator"):
        pool.order(algorithm=algorithm, count=1, actor=operator, now=NOON)


@pytest.mark.parametrize(
    ("algorithm", "count"),
    [
        ("P-256", 0),
        ("P-256", -1),
        *((kind.value, most + 1) for kind, most in policy.POOL_ORDER_AT_MOST.items()),
    ],
)
def test_an_order_is_of_some_keys_and_not_of_all_the_world(operator, algorithm, count):
    with pytest.raises(PoolOrderTooLarge), at("operator"):
        pool.order(algorithm=algorithm, count=count, actor=operator, now=NOON)


def test_an_order_is_divided_some_batches_a_tick(world, operator, monkeypatch):
    monkeypatch.setattr(pool, "AT_ONCE", 2)
    with at("operator"):
        pool.order(algorithm="P-256", count=10, actor=operator, now=NOON)
    with at("worker"):
        assert [pool.go_on(actor=WORKER, now=NOON) for _ in range(3)] == [2, 1, 0]
    assert [fill(world) for _ in range(4)] == [4, 4, 2, 0]


def test_an_order_that_is_stopped_makes_no_more(world, operator, monkeypatch):
    monkeypatch.setattr(pool, "AT_ONCE", 2)
    with at("operator"):
        order = pool.order(algorithm="P-256", count=10, actor=operator, now=NOON)
    with at("worker"):
        pool.go_on(actor=WORKER, now=NOON)
    assert fill(world) == 4
    with at("operator"):
        pool.stop(order_id=order.pk, actor=operator, now=NOON)
    assert tags()[-1] == "key_pool:stopped"
    with at("worker"):
        assert pool.go_on(actor=WORKER, now=NOON) == 0
    assert fill(world) == 0 and PoolClaim.objects.count() == 1
    assert pool.status()["P-256"].as_json() == {"ordered": 4, "made": 4, "free": 4, "used": 0, "purged": 0}
    for unknown in (order.pk, order.pk + 1):
        with pytest.raises(PoolOrderUnknown), at("operator"):
            pool.stop(order_id=unknown, actor=operator, now=NOON)


def test_a_batch_that_was_claimed_before_its_order_was_stopped_is_not_begun(
    world, asked, operator, monkeypatch
):
    real = pool_signing._claim

    def stopped_since(*args):
        claimed = real(*args)
        pool.stop(order_id=asked.pk, actor=operator, now=NOON)
        return claimed

    monkeypatch.setattr(pool_signing, "_claim", stopped_since)
    assert pool_signing.fill_one(token=world.token, now=NOON, claimer=1, randomness=bytes) == 0
    assert not PoolKey.objects.exists()


def test_an_officer_at_a_counter_has_no_say(world):
    with pytest.raises(PermissionMissing), at("operator"):
        pool.order(algorithm="P-256", count=1, actor=world.chandra, now=NOON)


def test_each_kind_is_made_as_ordered(world, operator):
    with at("operator"):
        pool.order(algorithm="RSA-2048", count=1, actor=operator, now=NOON)
    world.turns()
    assert load_der_public_key(bytes(PoolKey.objects.get().spki)).key_size == 2048


def test_each_opens_under_its_own_number_only(world, filled):
    first, second = WrappedPoolKey.objects.order_by("pool_key_id")[:2]

    def opened(one, number):
        sealed = Sealed(
            key_label=one.key_label, value=bytes(one.wrapped), context=pool_signing.pool_context(number)
        )
        return subscriber_keys._open(sealed, world.token)

    assert opened(first, first.pool_key_id)
    with pytest.raises(SealBroken):
        opened(first, second.pool_key_id)


@pytest.mark.parametrize("breaking", [lambda real: it_fails, it_happens_and_then_fails])
def test_a_batch_whose_signer_died_is_spent_and_asked_for_again(world, asked, monkeypatch, breaking):
    real = pool_signing.make_subscriber_key
    with living() as dying:
        monkeypatch.setattr(pool_signing, "make_subscriber_key", breaking(real))
        with pytest.raises(Broken):
            fill(world, dying)
        assert pool.go_on(actor=WORKER, now=NOON) == 0  # the signer still lives
    monkeypatch.setattr(pool_signing, "make_subscriber_key", real)
    assert not PoolKey.objects.exists() and not WrappedPoolKey.objects.exists()

    with at("worker"):
        assert pool.go_on(actor=WORKER, now=NOON) == 1
    assert [fill(world) for _ in range(4)] == [4, 2, 4, 0]
    assert PoolClaim.objects.count() == 4 and FilledBatch.objects.count() == 3
    assert pool.go_on(actor=WORKER, now=NOON) == 0


def test_a_token_that_goes_away_while_it_makes_keys_ends_the_claimers_life(world, asked, monkeypatch):
    def gone(*args, **kwargs):
        raise KeyNotInToken(label="wrap")

    with living() as claimer, monkeypatch.context() as away:
        away.setattr(pool_signing, "make_subscriber_key", gone)
        with at("signer"):
            assert None in signer_root.one_round(world.token, claimer, now=NOON)
    with at("worker"):
        assert pool.go_on(actor=WORKER, now=NOON) == 1


def test_a_worker_makes_no_batch_that_nobody_ordered(world, filled):
    with at("worker"):
        again = [
            PoolBatch(order_id=filled.pk, number=3, attempt=1, requested_at=NOON),
            PoolBatch(order_id=filled.pk, number=-1, attempt=1, requested_at=NOON),
            PoolBatch(order_id=filled.pk, number=0, attempt=2, requested_at=NOON),
            PoolBatch(order_id=filled.pk + 1, number=0, attempt=1, requested_at=NOON),
        ]
        PoolBatch.objects.bulk_create(again)
    for _ in again:
        assert fill(world) == 0
    assert PoolKey.objects.count() == 10
    assert last_leaf()["refused"] == "pool_batch_not_ordered"


@pytest.mark.parametrize(
    ("algorithm", "size"), [(KeyAlgorithm.P256, 5), (KeyAlgorithm.RSA_4096, 3), (KeyAlgorithm.X25519, 1)]
)
def test_a_signer_makes_no_more_at_once_than_the_policy_says_whoever_wrote_the_order(world, algorithm, size):
    with at("operator"):
        order = PoolOrder.objects.create(
            algorithm=algorithm.value, count=10, batch_size=size, ordered_by="", ordered_at=NOON
        )
    with at("worker"):
        PoolBatch.objects.create(order_id=order.pk, number=0, attempt=1, requested_at=NOON)
    assert fill(world) == 0
    assert PoolClaim.objects.exists() and not PoolKey.objects.exists()
    assert last_leaf()["refused"] == "pool_batch_not_ordered"


@pytest.mark.parametrize(("count", "size"), [(1, 0), (0, 1), (-1, 1), (1, -1)])
def test_an_order_that_divides_by_nothing_is_not_written(world, count, size):
    with pytest.raises(IntegrityError, match="pool_order_of_some_keys"), at("operator"):
        PoolOrder.objects.create(
            algorithm="P-256", count=count, batch_size=size, ordered_by="", ordered_at=NOON
        )


def test_while_the_token_is_away_no_batch_is_spent(world, asked, monkeypatch):
    with monkeypatch.context() as away:
        away.setattr(world.token, "handle", lambda label: (_ for _ in ()).throw(KeyNotInToken(label=label)))
        assert fill(world) == 0
    assert not PoolClaim.objects.exists()
    assert fill(world) == 4


def test_what_is_drawn_is_not_free(filled):
    with at("operator"):
        first, *_ = pool.free_keys(KeyAlgorithm.P256, 10)
        pool.draw(1, [Draw(first.id, 0, 0)])
        assert first not in pool.free_keys(KeyAlgorithm.P256, 9)
        with pytest.raises(PoolShort) as short:
            pool.free_keys(KeyAlgorithm.P256, 10)
    assert short.value.details == {"algorithm": "P-256", "free": 9, "needed": 10}
    status = pool.status()["P-256"]
    assert (status.free, status.used) == (9, 1)


@pytest.mark.parametrize(("campaign", "other"), [(2, False), (1, True)])
def test_a_key_is_one_lines_and_a_line_has_one_key(filled, campaign, other):
    keys = pool.free_keys(KeyAlgorithm.P256, 2)
    with at("operator"):
        pool.draw(1, [Draw(keys[0].id, 0, 0)])
    with pytest.raises(UniqueViolation), at("operator"):
        pool.draw(campaign, [Draw(keys[other].id, 0, 0)])


def purges() -> int:
    """The signer destroys what was asked for, as if there was a reason for each."""
    with at("signer"):
        return pool_signing.purge_asked(requested, now=NOON)


def requested():
    return {one.pool_key_id: Why(one.why) for one in PoolPurgeRequest.objects.all()}


def test_what_is_purged_is_gone_and_leaves_a_leaf(world, filled):
    first, second = pool.free_keys(KeyAlgorithm.P256, 2)
    with at("operator"):
        pool.draw(1, [Draw(first.id, 0, 0), Draw(second.id, 0, 1)])
    with at("worker"):
        pool.ask_purge(1, 0, Why.LINE_FAILED, now=NOON, places=[1])
        pool.ask_purge(1, 0, Why.REVOKED, now=NOON, places=[1])
    assert purges() == 1
    purged = PoolPurge.objects.get()
    assert (purged.pool_key_id, purged.why) == (second.id, Why.LINE_FAILED)
    assert tags()[-1] == "key_pool:purged"
    assert not WrappedPoolKey.objects.filter(pool_key_id=second.id).exists()
    assert WrappedPoolKey.objects.count() == 9
    assert purges() == 0
    status = pool.status()["P-256"]
    assert (status.free, status.used, status.purged) == (8, 1, 1)


def test_what_two_signers_are_asked_to_purge_leaves_one_leaf(filled, monkeypatch):
    """The other was faster, between the look and the lock."""
    key, *_ = pool.free_keys(KeyAlgorithm.P256, 1)
    with at("operator"):
        pool.draw(1, [Draw(key.id, 0, 0)])
    with at("worker"):
        pool.ask_purge(1, 0, Why.DELIVERED, now=NOON)
    real = pool_signing.hold_copies

    def after_the_other(*, alone):
        monkeypatch.setattr(pool_signing, "hold_copies", real)
        assert pool_signing.purge_asked(requested, now=NOON) == 1
        real(alone=alone)

    monkeypatch.setattr(pool_signing, "hold_copies", after_the_other)
    assert purges() == 0
    assert tags().count("key_pool:purged") == 1


@pytest.mark.parametrize("process", ["web", "worker", "responder", "operator"])
@pytest.mark.parametrize("table", [WrappedPoolKey, SealedPoolKey, PoolKey, PoolPurge, FilledBatch])
def test_the_signer_alone_makes_and_destroys(filled, process, table):
    with pytest.raises(ProgrammingError, match="permission denied"), at(process):
        table.objects.bulk_create([table(pk=1)])


@pytest.mark.parametrize("process", ["web", "worker", "responder", "operator"])
def test_no_other_process_reads_what_is_wrapped(filled, process):
    with pytest.raises(ProgrammingError, match="permission denied"), at(process):
        WrappedPoolKey.objects.exists()


@pytest.mark.parametrize("process", ["web", "worker", "signer", "responder"])
@pytest.mark.parametrize("table", [PoolOrder, PoolDraw])
def test_no_process_but_the_operators_orders_or_draws(filled, process, table):
    with pytest.raises(ProgrammingError, match="permission denied"), at(process):
        table.objects.bulk_create([table()])


@pytest.mark.django_db(transaction=True)
def test_the_log_does_not_wait_for_the_making_of_keys(world, asked, monkeypatch):
    """Whoever has begun to write holds up the leaves of all others."""
    real, begun = pool_signing.make_subscriber_key, []

    def looking(*args, **kwargs):
        with connection.cursor() as cursor:
            cursor.execute("select pg_current_xact_id_if_assigned() is not null")
            begun.extend(has for (has,) in cursor.fetchall())
        return real(*args, **kwargs)

    monkeypatch.setattr(pool_signing, "make_subscriber_key", looking)
    assert signing.run_once(token=world.token, now=NOON, claimer=1) == 4
    assert begun == [False] * 4


@pytest.mark.django_db(transaction=True)
def test_a_signer_that_is_killed_leaves_no_half_a_batch(world, asked, monkeypatch):
    """It dies by SIGKILL with the third key in its hand."""
    real, made = pool_signing.make_subscriber_key, []

    def at_the_third(*args, **kwargs):
        made.append(real(*args, **kwargs))
        return kill_this_process() if len(made) == 3 else made[-1]

    def work():
        monkeypatch.setattr(pool_signing, "make_subscriber_key", at_the_third)
        with living() as dying:
            signing.run_once(token=world.token, now=NOON, claimer=dying)

    in_a_process_that_is_killed(work)
    assert PoolClaim.objects.count() == 1
    assert not PoolKey.objects.exists() and not WrappedPoolKey.objects.exists()
    assert pool.go_on(actor=WORKER, now=NOON) == 1
    while fill(world):
        pass
    assert PoolKey.objects.count() == WrappedPoolKey.objects.count() == 10
