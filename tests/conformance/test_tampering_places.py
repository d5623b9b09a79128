"""Blows at places that a random draw seldom meets."""

import pytest
from django.db import transaction

from authority.conftest import quick_passwords, world  # noqa: F401  fixtures
from authority.delivery.conftest import no_case_to_close  # noqa: F401  a fixture
from tampering.conftest import scene  # noqa: F401  a fixture
from tampering.ours import AUTHORITY
from tampering.rows import ask, take_over
from tampering.scene import Scene
from world import NOON

HEAD, POSITION = AUTHORITY.head, "transparency_position"


def told(scene: Scene) -> set[str]:
    return {str(fault) for fault in scene.faults()}


@pytest.fixture
def waiting(scene):
    """Two leaves have their place, and no head is public of them yet."""
    for _ in range(2):
        scene.world.begins()
    scene.world.sequences()
    first = ask(f"select max(size) from {HEAD}")[0][0]
    places = ask(f"select position, leaf_id from {POSITION} where position >= %s order by 1", first)
    assert len(places) > 1
    assert told(scene) == set()
    return places


def test_two_leaves_that_wait_for_their_head_exchange_places(scene, waiting):
    take_over(POSITION)
    (one, leaf), (two, other) = waiting[-2:]
    for place, leaf_id in ((one, other), (two, leaf)):
        ask(f"update {POSITION} set leaf_id = %s where position = %s", leaf_id, place)
    size = two + 1
    assert f"checkpoint: {size}: its request is of other leaves than have their place there" in told(scene)


def test_the_last_place_is_taken_back(scene, waiting):
    take_over(POSITION)
    ask(f"delete from {POSITION} where position = %s", waiting[-1][0])
    assert f"checkpoint: {waiting[-1][0] + 1}: its request speaks of leaves that have no place" in told(scene)


def test_all_heads_are_gone(scene):
    take_over(HEAD)
    ask(f"truncate {HEAD}")
    assert f"checkpoint: {scene.log}: a head is public, and the database knows none" in told(scene)


def test_a_good_leaf_is_set_aside(scene):
    leaf_id = ask("select max(id) from audit_leaf")[0][0]
    ask("insert into transparency_setaside values (%s, 'leaf_malformed', %s)", leaf_id, NOON)
    assert f"leaf: {leaf_id}: it was set aside, and nothing is wrong with it" in told(scene)


@pytest.mark.parametrize("table", ["issuance_claim", "publication_crlclaim"])
def test_a_key_use_is_hushed_up(scene, table):
    take_over(table)
    issuer_id, *number = ask(f"select * from {table} order by id limit 1 offset 1")[0][1:4]
    key = (
        f"{issuer_id}/{bytes(number[0]).hex()}: it was recorded without an intent and a claim"
        if table == "issuance_claim"
        else f"{issuer_id}/{number[0]} number {number[1]}: it was signed without a claim"
    )
    ask(f"delete from {table} where id = (select id from {table} order by id limit 1 offset 1)")
    assert any(key in said for said in told(scene))


def test_two_accounts_exchange_their_names(scene):
    take_over("ledger_ledgeraccount")
    ask(
        "update ledger_ledgeraccount set code = case code when 'cash' then 'deferred_income' else 'cash' end"
        " where code in ('cash', 'deferred_income')"
    )
    entry_id = ask("select min(entry_id) from ledger_payment")[0][0]
    wrong = "it is posted to the account deferred_income, and its payment says another"
    assert f"ledger: entry {entry_id}: {wrong}" in told(scene)


def test_a_check_that_cannot_go_on_says_so_and_the_others_are_made(scene):
    """A key that is no key stops whoever needs it, and nobody else."""
    with transaction.atomic():
        take_over("custody_keyrecord")
        ask("update custody_keyrecord set spki = 'x' where label = 'log'")
        ask("delete from ledger_leg where id = (select min(id) from ledger_leg)")
        said = told(scene)
        transaction.set_rollback(True)
    assert any(one.startswith("audit: public log: this check could not go on") for one in said)
    assert any(one.startswith("ledger: entry ") for one in said)
    assert told(scene) == set()
