from base64 import b64encode

import pytest
from django.db import connection

from chopmark.authority.audit.models import Leaf
from chopmark.authority.transparency import selectors
from chopmark.authority.transparency.models import (
    Checkpoint,
    CheckpointRequest,
    Position,
    SigningAlert,
)
from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.pki.tlog.merkle import RightEdge


def tamper(statement: str, *values: object) -> None:
    """What only somebody with the database's own superuser can do."""
    with connection.cursor() as cursor:
        cursor.execute("set local role postgres; set local session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("set local session_replication_role = default; set local role chopmark_owner")


def refusals() -> list[str | None]:
    """The codes of the refusals that the signer left in the log."""
    entries = [bytes(entry) for entry in Leaf.objects.order_by("id").values_list("entry", flat=True)]
    return [decode_leaf(entry).refused for entry in entries if b'"checkpoint:signed"' in entry]


def test_it_works(house):
    house.leave(3)
    house.sequence()

    assert house.sign() == 1
    signed = Checkpoint.objects.get()
    assert signed.size == 3
    root = b64encode(bytes(signed.root_hash)).decode()
    assert house.token.signed == [f"chopmark.example/authority-log\n3\n{root}\n".encode()]


def test_nothing_is_signed_twice(house):
    house.leave()
    house.sequence()
    assert [house.sign(), house.sign()] == [1, 0]


def test_the_newest_request_is_signed_and_older_ones_are_passed_over(house):
    house.leave()
    house.sequence()
    house.leave(2)
    house.sequence()
    assert house.sign() == 1
    assert [checkpoint.size for checkpoint in Checkpoint.objects.all()] == [3]


def test_signing_leaves_no_leaf(house):
    house.leave()
    house.settle()
    assert Leaf.objects.count() == 1


def test_an_altered_entry_is_refused(house):
    [leaf] = house.leave()
    house.sequence()
    tamper("update audit_leaf set entry = %s where id = %s", b"another", leaf)

    assert house.sign() == 0
    assert refusals() == ["leaf_altered"]


def test_an_entry_altered_together_with_its_hash_is_refused(house):
    leaves = house.leave(2)
    house.sequence()
    tamper(
        "update audit_leaf l set entry = o.entry, leaf_hash = o.leaf_hash from audit_leaf o where l.id = %s and o.id = %s",
        *leaves,
    )

    assert house.sign() == 0
    assert refusals() == ["root_differs"]


def test_a_missing_position_is_refused(house):
    house.leave(3)
    house.sequence()
    tamper("delete from transparency_position where position = 1")

    assert house.sign() == 0
    assert refusals() == ["positions_have_gap"]


def test_a_request_for_another_root_is_refused(house):
    house.leave(2)
    house.sequence()
    Position.objects.create(position=2, leaf_id=10**9)
    edge = RightEdge().append([bytes(32)])
    CheckpointRequest.objects.create(
        size=1, root_hash=edge.root(), right_edge=edge.to_bytes(), requested_at="2026-11-02T04:00:00Z"
    )
    tamper("delete from transparency_checkpointrequest where size = 2")

    assert house.sign() == 0
    assert refusals() == ["root_differs"]
    assert house.token.signed == []


def test_a_last_checkpoint_that_was_altered_is_not_gone_on_from(house):
    house.leave(2)
    house.settle()
    house.leave()
    house.sequence()
    tamper("update transparency_checkpoint set right_edge = %s", bytes(32))

    assert house.sign() == 0
    assert refusals() == ["last_checkpoint_altered"]


def test_a_checkpoint_that_our_key_did_not_sign_is_not_gone_on_from(house):
    house.leave(2)
    house.settle()
    house.leave()
    house.sequence()
    tamper("update transparency_checkpoint set note = replace(note, E'\\n2\\n', E'\\n1\\n')")

    assert house.sign() == 0
    assert refusals() == ["note_forged"]


def test_a_refusal_is_recorded_once_and_mended_by_mending_the_database(house):
    """The refusal's own leaf is sequenced and asks for a checkpoint, which is refused too: that must not go on for ever."""
    [leaf] = house.leave()
    entry = bytes(Leaf.objects.get().entry)
    house.sequence()
    tamper("update audit_leaf set entry = %s where id = %s", b"another", leaf)
    for _ in range(3):
        house.sign()
        house.sequence()
    assert refusals() == ["leaf_altered"]
    assert SigningAlert.objects.get().after_size == 0
    assert selectors.has_alarm()

    tamper("update audit_leaf set entry = %s where id = %s", entry, leaf)
    assert house.sign() == 1
    assert not selectors.has_alarm()


@pytest.mark.parametrize("more", [1, 300])
def test_each_signature_goes_on_from_the_last(house, more):
    house.leave(5)
    house.settle()
    kept = Checkpoint.objects.get().note
    house.leave(more)
    house.settle()

    assert house.verified(kept=[kept]).size == 5 + more
