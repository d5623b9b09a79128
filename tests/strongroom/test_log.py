"""The owner's log as files: the independent verifier is the oracle, and a saboteur ends the process at every step."""

import itertools
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from log_stage import House
from people import NOW, WORKER

from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.publiclog import durable
from chopmark.publiclog import publishing as files
from chopmark.publiclog.errors import (
    DatabaseBehindLog,
    LastCheckpointAltered,
    LeafAltered,
    PositionsHaveGap,
    RootDiffers,
)
from chopmark.strongroom import leaves
from chopmark.strongroom.leaves import act
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import Leaf, LogCheckpoint
from chopmark.strongroom.options import Options
from chopmark.strongroom.tags import Tag
from chopmark.verifier.faults import Fault

_real_open = os.open


class PowerCut(Exception):
    """The process ended here."""


class Saboteur:
    """Ends the process at the n-th thing done to files, before it is done or after."""

    def __init__(self, monkeypatch, at, *, happened):
        self.left, self.happened = at, happened
        for name in ("open", "write", "fsync"):
            monkeypatch.setattr(durable.os, name, self.wrap(getattr(os, name)))
        monkeypatch.setattr(Path, "mkdir", self.wrap(Path.mkdir))
        monkeypatch.setattr(Path, "replace", self.wrap(Path.replace))
        monkeypatch.setattr(files.shutil, "rmtree", self.wrap(shutil.rmtree))

    def wrap(self, operation):
        def perform(*args, **kwargs):
            self.left -= 1
            if self.left == 0 and not self.happened:
                raise PowerCut
            result = operation(*args, **kwargs)
            if self.left == 0:
                if operation is _real_open:
                    os.close(result)
                raise PowerCut
            return result

        return perform


@pytest.fixture
def house(strongroom, tmp_path):
    return House(tmp_path / "log")


def test_it_works(house):
    house.leave(5)
    assert house.publish()
    assert house.verified().size == 5
    assert not house.publish()
    assert (house.folder / "checkpoint").read_text() == LogCheckpoint.objects.get().note
    assert house.verified().origin == "127.0.0.1:8401/log"
    assert signing.check() == 5


def test_positions_are_the_order_of_commits_without_gaps(house):
    house.leave(2)
    with suppress(PowerCut):

        @act(Tag.CASE_CLOSED)
        def fails(*, actor, now):
            leaves.leave(actor=actor, payload={}, now=now)
            raise PowerCut

        fails(actor=WORKER, now=NOW)
    house.leave(2)
    found = list(Leaf.objects.order_by("id").values_list("position", flat=True))
    assert found == [0, 1, 2, 3]


def test_an_open_part_names_nobody(house):
    house.leave(3)
    house.publish()
    entries = []
    house.verified(on_entry=lambda index, entry: entries.append(decode_leaf(entry)))
    assert len(entries) == 3
    assert all(not entry.public and entry.outlet is None for entry in entries)


@pytest.mark.parametrize("happened", [False, True])
def test_a_crash_at_any_file_operation_is_made_good_by_the_next_run(house, happened):
    """Every operation of a growth that fills a tile is cut once; readers see a whole log at every moment."""
    house.leave(250)
    house.publish()
    house.leave(20)
    signing.sign_growth(NOW)
    before = shutil.copytree(house.folder, house.folder.with_name("before"))

    for at in itertools.count(1):
        shutil.rmtree(house.folder)
        shutil.copytree(before, house.folder)
        with pytest.MonkeyPatch.context() as monkeypatch:
            saboteur = Saboteur(monkeypatch, at, happened=happened)
            with suppress(PowerCut):
                house.publish()
        assert house.verified().size in (250, 270)
        if saboteur.left > 0:
            break
        house.publish()
        assert house.verified().size == 270
    assert at > 20


def test_a_folder_that_was_lost_is_written_again(house):
    house.leave(300)
    house.publish()
    shutil.rmtree(house.folder)
    house.publish()
    assert house.verified().size == 300


def test_what_was_kept_is_the_beginning_of_what_came_after(house):
    house.leave(250)
    house.publish()
    kept = (house.folder / "checkpoint").read_text()
    house.leave(400)
    house.publish()
    assert house.verified(kept=[kept]).kept == (250,)
    assert not (house.folder / "tile/0/000.p").exists()


def test_a_restored_older_database_does_not_fork_the_log(house):
    house.leave(3)
    house.publish()
    note = house.forge(5)
    house.leave(4)
    with pytest.raises(DatabaseBehindLog):
        house.publish()
    assert (house.folder / "checkpoint").read_text() == note
    assert LogCheckpoint.objects.count() == 1


def altered(statement: str) -> None:
    """What a superuser of the owner's database could do."""
    with connection.cursor() as cursor:
        cursor.execute("set local role postgres; set local session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("set local session_replication_role = origin; set local role strongroom")


def test_an_altered_leaf_is_not_signed(house):
    house.leave(3)
    altered("update strongroom_leaf set entry = entry || 'x' where position = 1")
    with pytest.raises(LeafAltered):
        house.publish()
    assert not LogCheckpoint.objects.exists()


def test_a_leaf_that_is_missing_is_not_passed_over(house):
    house.leave(3)
    altered("delete from strongroom_leaf where position = 1")
    with pytest.raises(PositionsHaveGap):
        house.publish()


def test_a_tree_that_is_no_growth_of_the_last_one_is_not_signed(house):
    house.leave(3)
    house.publish()
    altered("update strongroom_logcheckpoint set right_edge = decode(repeat('00', 64), 'hex')")
    house.leave()
    with pytest.raises(LastCheckpointAltered):
        house.publish()
    assert LogCheckpoint.objects.count() == 1


def test_leaves_that_vanished_from_under_a_checkpoint_are_missed(house):
    house.leave(3)
    house.publish()
    altered("delete from strongroom_leaf where position = 2")
    with pytest.raises(LastCheckpointAltered):
        house.publish()


def test_history_written_anew_is_found_by_the_keeper_and_by_the_reader(house):
    house.leave(3)
    house.publish()
    altered(
        "update strongroom_leaf set entry = convert_to('{}', 'utf8'),"
        " leaf_hash = sha256(convert_to(chr(1) || '{}', 'utf8')) where position = 1"
    )
    with pytest.raises(LeafAltered):
        signing.check()
    altered("update strongroom_leaf set leaf_hash = sha256('\\x00'::bytea || entry)")
    with pytest.raises(RootDiffers):
        signing.check()
    shutil.rmtree(house.folder)
    with pytest.raises(RootDiffers):
        house.publish()
    with pytest.raises(Fault):
        house.verified()


@pytest.fixture
def served(house, monkeypatch):
    """The same log where the desk serves it."""
    house.folder = Options.read().log_folder
    yield house
    shutil.rmtree(house.folder)


def test_the_desk_serves_it_to_any_cache(served):
    served.leave(300)
    served.publish()
    client = Client()
    checkpoint = client.get("/log/checkpoint")
    assert checkpoint.content == (served.folder / "checkpoint").read_bytes()
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["Cache-Control"] == "public, max-age=5"
    full = client.get("/log/tile/0/000")
    assert full.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert full.headers["Content-Type"] == "application/octet-stream"
    assert "Vary" not in full.headers and "Set-Cookie" not in full.headers
    partial = client.get("/log/tile/entries/001.p/44")
    assert partial.headers["Cache-Control"] == "public, max-age=5"
    again = client.get("/log/tile/0/000", headers={"If-None-Match": full.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("name", ["", ".lock", "tile/0/999", "../strongroom/kek.sealed", "tile/0/../../x"])
def test_the_desk_serves_nothing_else_from_there(served, name):
    served.leave(1)
    served.publish()
    assert Client().get(f"/log/{name}").status_code == 404


def test_whoever_serves_the_folder_may_read_it(house):
    before = os.umask(0o177)  # the process's own
    try:
        house.leave(300)
        house.publish()
    finally:
        os.umask(before)
    for path in house.folder.rglob("*"):
        if path.name != ".lock":
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
