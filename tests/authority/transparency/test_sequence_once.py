import pytest
from django.db import DatabaseError, connection, transaction

from chopmark.authority.audit.models import Leaf
from chopmark.authority.transparency import sequencing
from chopmark.authority.transparency.models import (
    Checkpoint,
    CheckpointRequest,
    FullTile,
    Horizon,
    Position,
    SetAside,
)
from chopmark.authority.transparency.selectors import has_alarm, leaves_left_out
from chopmark.pki.tlog.merkle import RightEdge, leaf_hash


def positions() -> list[tuple[int, int]]:
    return list(Position.objects.order_by("position").values_list("position", "leaf_id"))


def test_it_works(house):
    leaves = house.leave(3)

    assert house.sequence() == 3
    assert positions() == list(enumerate(leaves))
    house.sign()
    house.sequence()
    assert house.verified().size == 3


def test_a_leaf_gets_its_position_once(house):
    house.leave(3)
    assert [house.sequence(), house.sequence()] == [3, 0]
    more = house.leave(2)
    assert house.sequence() == 2
    assert positions()[3:] == [(3, more[0]), (4, more[1])]


def test_what_is_requested_is_the_root_of_all_leaves(house):
    for count in (1, 2, 254, 300):
        house.leave(count)
        house.sequence()
    hashes = [
        leaf_hash(bytes(entry)) for entry in Leaf.objects.order_by("id").values_list("entry", flat=True)
    ]

    request = CheckpointRequest.objects.order_by("size").last()
    assert (request.size, bytes(request.root_hash)) == (557, RightEdge().append(hashes).root())
    assert list(FullTile.objects.order_by("index").values_list("level", "index")) == [(0, 0), (0, 1)]
    assert bytes(FullTile.objects.get(index=1).root_hash) == RightEdge().append(hashes[256:512]).root()


def test_a_backlog_is_taken_in_batches(house, monkeypatch):
    monkeypatch.setattr(sequencing, "BATCH", 4)
    leaves = house.leave(10)

    assert house.sequence() == 10
    assert positions() == list(enumerate(leaves))


def test_nothing_new_is_asked_when_nothing_new_was_left(house):
    house.sequence()
    assert not CheckpointRequest.objects.exists()
    house.leave()
    house.settle()
    house.settle()
    assert Checkpoint.objects.count() == CheckpointRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("entry", "digest", "code"),
    [
        (b"not a leaf", leaf_hash(b"not a leaf"), "leaf_malformed"),
        (None, bytes(32), "leaf_altered"),
    ],
)
def test_a_leaf_that_no_reader_would_accept_does_not_hold_up_the_rest(house, entry, digest, code):
    [good] = house.leave()
    odd = Leaf.objects.create(entry=entry or Leaf.objects.get(id=good).entry, leaf_hash=digest)
    [after] = house.leave()
    house.settle()

    assert positions() == [(0, good), (1, after)]
    assert SetAside.objects.get().leaf_id == odd.id and SetAside.objects.get().code == code
    assert leaves_left_out() == 1 and has_alarm()
    assert house.verified().size == 2


def test_a_horizon_that_came_with_a_dump_hides_no_leaf(house):
    Horizon.objects.create(id=1, xid=2**60)
    house.leave()

    assert house.sequence() == 1


@pytest.mark.parametrize("model", [Position, FullTile, CheckpointRequest, Checkpoint])
def test_the_database_refuses_to_change_what_was_sequenced(house, model):
    house.leave(256)
    house.settle()
    assert model.objects.exists()
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"truncate {model._meta.db_table}")


def test_the_processes_may_do_what_they_must_and_no_more(house, as_process):
    house.leave(2)
    with as_process("worker"):
        assert house.sequence() == 2
    with as_process("signer"):
        assert house.sign() == 1
    with as_process("worker"):
        house.sequence()
        assert house.verified().size == 2
        with pytest.raises(DatabaseError), transaction.atomic():
            Checkpoint.objects.create(
                size=3, root_hash=b"", right_edge=b"", note="", signed_at="2026-01-01T00:00Z"
            )
