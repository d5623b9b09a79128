"""After a restore every key that is free is discarded: drawn by nobody from then on, and destroyed."""

import pytest

from authority.signing_stage import tags
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.keymaking import pool, pool_discard
from chopmark.authority.keymaking.errors import PoolShort
from chopmark.authority.keymaking.models import (
    PoolDiscard,
    PoolKey,
    PoolPurge,
    PoolPurgeRequest,
    Why,
    WrappedPoolKey,
)
from chopmark.authority.keymaking.pool import Draw
from chopmark.authority.participants.errors import PermissionMissing
from chopmark.config.audit.pool import check_copies
from world import NOON, at, handed_on, last_leaf


def fills(world, count):
    with at("operator"):
        pool.order(algorithm="P-256", count=count, actor=world.staff("31088"), now=NOON)
    world.turns()


def discards(world):
    with at("operator"):
        return pool_discard.discard(actor=world.staff("31088"), now=NOON)


@pytest.fixture
def filled(world):
    """Four keys; the second is some line's."""
    fills(world, 4)
    with at("operator"):
        pool.draw(1, [Draw(pool.free_keys(KeyAlgorithm.P256, 2)[1].id, 0, 0)])
    return world


def faults():
    with at("auditor"):
        return {fault.sentence for fault in check_copies(settled=True)}


def test_it_works(filled):
    assert discards(filled) == 3
    assert last_leaf()["public"] == {"count": 3}
    filled.turns()

    assert pool.status()["P-256"].as_json() == {"ordered": 4, "made": 4, "free": 0, "used": 1, "purged": 3}
    assert WrappedPoolKey.objects.count() == 1 and not PoolPurgeRequest.objects.exists()
    assert set(PoolPurge.objects.values_list("why", flat=True)) == {Why.DISCARDED}
    assert tags().count("key_pool:discarded") == tags().count("key_pool:purged") == 1
    assert faults() == set()


def test_what_is_discarded_is_drawn_by_nobody_though_it_is_there_still(filled):
    discards(filled)
    assert WrappedPoolKey.objects.count() == 4 and pool.status()["P-256"].free == 0
    with pytest.raises(PoolShort), at("operator"):
        pool.free_keys(KeyAlgorithm.P256, 1)
    fills(filled, 2)
    with at("operator"):
        assert len(pool.free_keys(KeyAlgorithm.P256, 2)) == 2
    assert faults() == set()


def test_many_are_asked_for_some_at_a_time(filled, monkeypatch):
    monkeypatch.setattr(pool_discard, "AT_ONCE", 2)
    discards(filled)
    assert [filled.hears() and PoolPurgeRequest.objects.count() for _ in range(3)] == [2, 3, 3]
    assert handed_on() == []


def test_a_worker_has_no_key_destroyed_that_nobody_discarded(filled):
    with at("worker"):
        for number in PoolKey.objects.values_list("id", flat=True):
            PoolPurgeRequest.objects.create(pool_key_id=number, why=Why.DISCARDED, requested_at=NOON)
    filled.signs()
    assert WrappedPoolKey.objects.count() == 4 and not PoolPurge.objects.exists()


def test_the_audit_names_what_was_destroyed_and_not_discarded(filled):
    free = PoolKey.objects.order_by("id").first()
    WrappedPoolKey.objects.filter(pool_key_id=free.id).delete()
    PoolPurge.objects.create(pool_key_id=free.id, why=Why.DISCARDED, leaf_id=0, purged_at=NOON)
    assert faults() == {"it was destroyed as discarded, and nothing says that it is"}


def test_an_officer_at_a_counter_has_no_say(filled):
    with pytest.raises(PermissionMissing), at("operator"):
        pool_discard.discard(actor=filled.chandra, now=NOON)
    assert not PoolDiscard.objects.exists()
