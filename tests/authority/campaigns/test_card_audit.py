"""The audit of card bureaus' batches: every key of the pool is accounted for, and whoever meddles is named."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from authority.campaigns.card_stage import requests
from authority.signing_stage import living
from chopmark.authority.keymaking import pool, pool_signing
from chopmark.authority.keymaking.models import PoolBatch, PoolKey, WrappedPoolKey
from chopmark.config.audit.authority import PROMISING
from chopmark.config.audit.chunks import check_campaigns, check_chunks
from chopmark.config.audit.pool import check_batches, check_copies, check_draws, check_sealing
from chopmark.config.audit.promises import check_promises
from world import NOON, WORKER, at


def faults(*, settled=True) -> set[str]:
    with at("auditor"):
        found = [*check_batches(settled=settled), *check_draws()]
        found += [*check_copies(settled=settled), *check_sealing(settled=settled)]
    return {fault.sentence for fault in found}


KEPT_BY_TRIGGERS = (
    "campaigns_sealedcards",
    *(
        f"keymaking_{name}"
        for name in ("filledbatch", "poolbatch", "poolclaim", "pooldraw", "poolkey", "poolorder", "poolpurge")
    ),
)


MAKE_TWICE = """
    insert into keymaking_poolbatch (order_id, number, attempt, requested_at)
    select order_id, number, 2, now() from keymaking_poolbatch;
    insert into keymaking_filledbatch (batch_id, count, sha256, leaf_id, filled_at)
    select id, 0, '\\x00', 0, now() from keymaking_poolbatch where attempt = 2
"""
SWAP_A_KEY = """
    update keymaking_pooldraw set pool_key_id = (select max(id) from keymaking_poolkey)
    where id = (select max(id) from keymaking_pooldraw)
"""


@contextmanager
def meddled(statement: str) -> Iterator[None]:
    """Somebody had the database in her hand, whom no trigger stops; afterwards it is as it was."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table in KEPT_BY_TRIGGERS:
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(statement)
        for table in KEPT_BY_TRIGGERS:
            cursor.execute(f"alter table {table} enable trigger user")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def story(bureau):
    """One card is delivered; of another batch one failed, one was revoked and one waits for its bureau."""
    bureau.fills(6)
    first = bureau.done(requests([bureau.ours("R1"), bureau.chip("R2")]), *bureau.sealing())
    said, _ = bureau.response(first)
    bureau.types("acknowledge", first.reference, "--digest", said["sha256"])
    unknown = bureau.ours("R4", "0b3c1f8e-0000-4000-8000-000000000009")
    lines = [bureau.ours("R3"), unknown, bureau.ours("R5")]
    second = bureau.done(requests(lines, batch="2026-0002"), *bureau.sealing())
    stem = f"CP{second.pk:04d}"
    bureau.revokes(bureau.certificates(stem)[0])
    bureau.drive.world.turns()
    return second


def test_it_works(story):
    status = pool.status()["P-256"]
    assert (status.made, status.free, status.used, status.purged) == (6, 2, 1, 3)
    assert faults() == set()
    with at("auditor"):
        rest = [*check_campaigns(), *check_chunks(settled=True), *check_promises(PROMISING)]
    assert rest == []


def test_the_auditor_sees_no_copy(story):
    with at("auditor"), pytest.raises(Exception, match="permission denied"):
        WrappedPoolKey.objects.exists()


# One story for all: it takes longer to tell than the audit does to read.
MEDDLED = [
    ("delete from keymaking_poolkey where id = (select max(id) from keymaking_poolkey)", "those that were made"),
    ("update keymaking_poolkey set spki = '\\x00' where id = (select max(id) from keymaking_poolkey)", "those that were"),
    ("update keymaking_poolkey set batch_id = 0 where id = (select max(id) from keymaking_poolkey)", "of no batch"),
    ("delete from keymaking_poolclaim", "without an order or a claim"),
    ("delete from keymaking_poolorder", "without an order or a claim"),
    (MAKE_TWICE, "made twice"),
    ("delete from keymaking_pooldraw where id = (select max(id) from keymaking_pooldraw)", "keys were approved to be ours"),
    (SWAP_A_KEY, "not the key of the line"),
    ("update keymaking_pooldraw set campaign_id = 999 where id = (select max(id) from keymaking_pooldraw)", "not there"),
    ("delete from keymaking_wrappedpoolkey", "nobody's and kept, and there are 0 copies"),
    ("delete from keymaking_sealedpoolkey", "a line's and kept, and there are 0 copies"),
    ("insert into keymaking_wrappedpoolkey select pool_key_id, '', '' from keymaking_poolpurge",
     "a line's and purged, and there are 1 copies"),
    ("delete from keymaking_poolpurge", "a line's and kept, and there are 0 copies"),
    ("insert into keymaking_sealedpoolkey values (0, '')", "not of the pool"),
    ("update campaigns_sealedcards set count = 9", "9 keys of it were sealed"),
    ("update keymaking_poolpurge set why = 'delivered'", "destroyed as delivered, and nothing says"),
    ("update keymaking_poolpurge set why = 'revoked'", "destroyed as revoked, and nothing says"),
    ("update keymaking_poolpurge set why = 'line_failed'", "destroyed as line_failed, and nothing says"),
]  # fmt: skip
OWED = [
    ("delete from keymaking_poolpurge where why = 'delivered'", "its bureau has it, and it is not purged"),
    ("delete from keymaking_poolpurge where why = 'revoked'", "its certificate is revoked, and it is not purged"),
    ("update campaigns_sealedcards set code = 'campaign_not_proven'", "would not seal its keys"),
]  # fmt: skip


def test_whoever_meddles_is_named(story, subtests):
    for statement, sentence in MEDDLED:
        with subtests.test(statement), meddled(statement):
            assert any(sentence in one for one in faults()), faults()
    assert faults() == set()


def test_what_is_owed_is_named_when_all_is_settled(story, subtests):
    for statement, sentence in OWED:
        with subtests.test(statement), meddled(statement):
            assert any(sentence in one for one in faults())
            assert not any(sentence in one for one in faults(settled=False))
    assert faults() == set()


def test_a_claim_that_made_nothing_is_named_until_another_attempt_did(bureau, monkeypatch):
    with at("operator"):
        pool.order(algorithm="P-256", count=1, actor=bureau.drive.operators()[0], now=NOON)
    with at("worker"):
        pool.go_on(actor=WORKER, now=NOON)
    with living() as dying, monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr(pool_signing, "make_subscriber_key", lambda *args, **kwargs: 1 // 0)
        with at("signer"):
            pool_signing.fill_one(token=bureau.drive.world.token, now=NOON, claimer=dying, randomness=bytes)
    assert faults() == {"no keys came of its claim"}
    assert faults(settled=False) == set()
    with at("worker"):
        pool.go_on(actor=WORKER, now=NOON)
    bureau.drive.world.turns()
    assert faults() == set()
    assert (PoolBatch.objects.count(), PoolKey.objects.count()) == (2, 1)
