"""A key that is not delivered yet is destroyed for a reason that stands in the tables of others, and not on the worker's word."""

from datetime import timedelta

import pytest

from authority.campaigns.card_stage import read_response, requests
from chopmark.authority.campaigns import card_purging, card_signing, cards, signing
from chopmark.authority.keymaking.models import (
    PoolDraw,
    PoolKey,
    PoolPurge,
    PoolPurgeRequest,
    SealedPoolKey,
    Why,
    WrappedPoolKey,
)
from chopmark.config.audit.pool import check_copies, check_sealing
from world import NOON, at, handed_on


@pytest.fixture
def filled(bureau):
    bureau.fills(3)
    return bureau


def asks_to_purge(*numbers, why=Why.DELIVERED) -> None:
    """A thief of the worker."""
    with at("worker"):
        for number in numbers:
            PoolPurgeRequest.objects.create(pool_key_id=number, why=why, requested_at=NOON)


def purges() -> int:
    with at("signer"):
        return card_purging.purge_asked(now=NOON)


@pytest.mark.parametrize("why", Why)
def test_no_key_is_destroyed_on_the_workers_word(filled, why):
    campaign = filled.begins(requests([filled.ours("R1"), filled.ours("R2")]), *filled.sealing())
    mine = PoolDraw.objects.values_list("pool_key_id", flat=True)
    asks_to_purge(*PoolKey.objects.values_list("id", flat=True), why=why)
    assert purges() == 0 and WrappedPoolKey.objects.count() == 3
    filled.finishes(campaign)
    assert purges() == 0 and not PoolPurge.objects.exists()
    assert set(SealedPoolKey.objects.values_list("pool_key_id", flat=True)) == set(mine)
    _, lines = read_response(filled.response(campaign)[1])
    assert [(line[1], len(line)) for line in lines] == [("issued", 4), ("issued", 4)]


def test_a_wrong_reason_keeps_the_right_one_from_nothing(filled):
    campaign = filled.done(requests([filled.ours("R1"), filled.ours("R2")]), *filled.sealing())
    first, second = PoolDraw.objects.order_by("place").values_list("pool_key_id", flat=True)
    asks_to_purge(first, second, why=Why.LINE_FAILED)
    filled.revokes(*filled.certificates(f"CP{campaign.pk:04d}")[:1])
    filled.drive.world.turns()
    assert list(PoolPurge.objects.values_list("pool_key_id", "why")) == [(first, Why.REVOKED)]
    said, _ = filled.response(campaign)
    filled.types("acknowledge", campaign.reference, "--digest", said["sha256"])
    filled.drive.world.turns()
    assert PoolPurge.objects.get(pool_key_id=second).why == Why.DELIVERED
    assert not PoolPurgeRequest.objects.exists()


def test_a_line_that_may_come_yet_keeps_its_key(filled):
    unknown = filled.ours("R2", "0b3c1f8e-0000-4000-8000-000000000009")
    campaign = filled.begins(requests([filled.ours("R1"), unknown]), *filled.sealing())
    filled.drive.works(campaign)
    failed = PoolDraw.objects.get(place=1).pool_key_id
    asks_to_purge(failed, why=Why.LINE_FAILED)
    with at("signer"):
        signing._sign_one(filled.drive.world.token, NOON, 1)
    assert purges() == 0
    filled.finishes(campaign)
    assert list(PoolPurge.objects.values_list("pool_key_id", "why")) == [(failed, Why.LINE_FAILED)]


def test_a_population_is_acknowledged_a_chunk_at_a_time_and_after_all_other_news(filled, monkeypatch):
    monkeypatch.setattr(cards, "CHUNK", 1)
    campaign = filled.begins(requests([filled.ours("R1"), filled.ours("R2")]), *filled.sealing())
    for number in range(2):
        filled.drive.works(campaign, number)
    filled.finishes(campaign)
    filled.finishes(campaign)
    said, _ = filled.response(campaign)
    filled.types("acknowledge", campaign.reference, "--digest", said["sha256"])
    filled.drive.world.hears()
    assert handed_on() == ["cards.chunk_to_purge"] * 2
    filled.drive.world.hears()
    assert handed_on() == ["cards.chunk_to_purge"] and PoolPurgeRequest.objects.count() == 1
    filled.drive.world.turns()
    assert PoolPurge.objects.filter(why=Why.DELIVERED).count() == 2


def test_what_the_signer_would_not_seal_is_delivered_to_nobody_and_a_ticket_until_it_is_revoked(filled):
    campaign = filled.begins(requests([filled.ours("R1"), filled.ours("R2")]), *filled.sealing())
    filled.drive.works(campaign)
    with at("signer"):
        signing._sign_one(filled.drive.world.token, NOON, 1)
    filled.drive.world.hears()
    with at("signer"):
        card_signing.seal_one(token=filled.drive.world.token, now=NOON + timedelta(days=366))
    filled.finishes(campaign)
    said, _ = filled.response(campaign)
    filled.types("acknowledge", campaign.reference, "--digest", said["sha256"])
    filled.drive.world.turns()
    assert list(PoolPurge.objects.values_list("why", flat=True)) == [Why.LINE_FAILED] * 2
    assert [fault.check for fault in faults()] == ["ticket"]
    assert "2 of their certificates are in force" in faults()[0].sentence

    filled.revokes(*filled.certificates(f"CP{campaign.pk:04d}"))
    assert faults() == []


def faults():
    with at("auditor"):
        return [*check_copies(settled=True), *check_sealing(settled=True)]


def test_one_lost_key_does_not_keep_a_batch_from_its_bureau(filled):
    campaign = filled.done(requests([filled.ours("R1"), filled.ours("R2")]), *filled.sealing())
    SealedPoolKey.objects.filter(pool_key_id=PoolDraw.objects.get(place=0).pool_key_id).delete()
    _, lines = read_response(filled.response(campaign)[1])
    assert lines[0] == ["R1", "failed", "key_destroyed"]
    assert lines[1][1] == "issued"
