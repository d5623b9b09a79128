import itertools
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chopmark.authority.transparency import models
from chopmark.authority.transparency.keys import own_key
from chopmark.authority.transparency.selectors import has_alarm
from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint
from chopmark.pki.tlog.note import signature_line, signed_text
from chopmark.publiclog import durable, publishing
from chopmark.publiclog.errors import DatabaseBehindLog, RootDiffers
from chopmark.verifier.faults import Fault
from verifier.loghouse import LogHouse as StrangersHouse

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
_real_open, _real_replace = os.open, Path.replace


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
        monkeypatch.setattr(publishing.shutil, "rmtree", self.wrap(shutil.rmtree))

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


def test_it_works(house):
    house.leave(5)
    house.sequence()
    assert not (house.folder / "checkpoint").exists()
    house.sign()
    house.sequence()

    assert (house.folder / "checkpoint").read_text() == models.Checkpoint.objects.get().note
    assert sorted(
        str(file.relative_to(house.folder)) for file in house.folder.rglob("[!.]*") if file.is_file()
    ) == [
        "checkpoint",
        "tile/0/000.p/5",
        "tile/entries/000.p/5",
    ]
    assert house.verified().size == 5


@pytest.mark.parametrize("happened", [False, True])
def test_a_crash_at_any_file_operation_is_made_good_by_the_next_run(house, happened):
    """Every operation of a growth that fills a tile is cut once; readers see a whole log at every moment."""
    house.leave(250)
    house.settle()
    house.leave(20)
    house.sequence()
    house.sign()
    before = shutil.copytree(house.folder, house.folder.with_name("before"))

    for at in itertools.count(1):
        shutil.rmtree(house.folder)
        shutil.copytree(before, house.folder)
        with pytest.MonkeyPatch.context() as monkeypatch:
            saboteur = Saboteur(monkeypatch, at, happened=happened)
            with suppress(PowerCut):
                house.sequence()
        assert house.verified().size in (250, 270)
        if saboteur.left > 0:
            break
        house.sequence()
        assert house.verified().size == 270
    assert at > 20


def test_a_folder_that_was_lost_is_written_again(house):
    house.leave(300)
    house.settle()
    shutil.rmtree(house.folder)
    house.sequence()

    assert house.verified().size == 300


def test_removing_the_checkpoint_has_all_files_written_again(house):
    house.leave(300)
    house.settle()
    (house.folder / "tile/0/000").write_bytes(b"scribbled over")
    house.sequence()
    with pytest.raises(Fault):
        house.verified()
    (house.folder / "checkpoint").unlink()
    house.sequence()

    assert house.verified().size == 300


@pytest.mark.parametrize("rubbish", [b"", b"\xff", b"not a note", "other"])
def test_a_checkpoint_that_is_not_ours_counts_for_nothing(house, tmp_path, rubbish):
    house.leave(3)
    house.sequence()
    house.sign()
    if rubbish == "other":
        StrangersHouse(house.folder).build([])
    else:
        house.folder.mkdir(exist_ok=True)
        (house.folder / "checkpoint").write_bytes(rubbish)
    house.sequence()

    assert house.verified().size == 3


def test_partial_tiles_go_when_the_full_one_is_there(house):
    house.leave(250)
    house.settle()
    kept = (house.folder / "checkpoint").read_text()
    house.leave(20)
    house.settle()

    assert not (house.folder / "tile/0/000.p").exists() and not (house.folder / "tile/entries/000.p").exists()
    assert house.verified(kept=[kept]).kept == (250,)


def test_a_full_tile_is_never_written_twice(house):
    house.leave(256)
    house.settle()
    written = (house.folder / "tile/0/000").stat().st_ino
    house.leave(256)
    house.settle()

    assert (house.folder / "tile/0/000").stat().st_ino == written


def test_a_database_that_forgot_a_published_checkpoint_does_not_fork_the_log(house):
    house.leave(3)
    house.settle()
    body = format_checkpoint(Checkpoint(own_key().name, 4, bytes(32)))
    note = signed_text(body, [signature_line(own_key(), house.token.private_key.sign(body.encode()))])
    (house.folder / "checkpoint").write_text(note)
    house.leave(5)
    with pytest.raises(DatabaseBehindLog):
        house.settle()

    assert (house.folder / "checkpoint").read_text() == note
    assert models.Position.objects.count() == 3
    assert models.CheckpointRequest.objects.count() == 1


def test_the_signer_signs_nothing_beside_a_public_checkpoint_that_is_unknown(house):
    house.leave(3)
    house.settle()
    house.leave(1)
    house.sequence()
    body = format_checkpoint(Checkpoint(own_key().name, 5, bytes(32)))
    note = signed_text(body, [signature_line(own_key(), house.token.private_key.sign(body.encode()))])
    (house.folder / "checkpoint").write_text(note)

    assert house.sign() == 0
    assert models.Checkpoint.objects.count() == 1
    assert models.SigningAlert.objects.get().code == "database_behind_log" and has_alarm()


def test_a_tree_with_another_root_than_the_signed_one_is_not_published(house):
    house.leave(300)
    house.sequence()
    body = format_checkpoint(Checkpoint("log.example", 300, bytes(32)))
    note = signed_text(body, ["— log.example AAAAAAAA\n"])
    models.Checkpoint.objects.create(size=300, root_hash=bytes(32), right_edge=b"", note=note, signed_at=NOON)
    with pytest.raises(RootDiffers):
        house.sequence()

    assert not (house.folder / "checkpoint").exists()


def test_everything_is_on_the_disk_before_the_checkpoint_speaks_of_it(house, monkeypatch):
    done: list[tuple[str, str]] = []
    opened: dict[int, Path] = {}

    def note_open(path, *args):
        descriptor = _real_open(path, *args)
        opened[descriptor] = Path(path)
        return descriptor

    def note_replace(path, target):
        done.append(("rename", str(path)))
        done.append(("named", str(target)))
        return _real_replace(path, target)

    monkeypatch.setattr(durable.os, "open", note_open)
    monkeypatch.setattr(
        durable.os, "fsync", lambda descriptor: done.append(("sync", str(opened[descriptor])))
    )
    monkeypatch.setattr(Path, "replace", note_replace)
    house.leave(300)
    house.settle()

    renamed = [(at, path) for at, (what, path) in enumerate(done) if what == "rename"]
    named = [(at, Path(path)) for at, (what, path) in enumerate(done) if what == "named"]
    assert len(renamed) == 2 + 2 + 1 + 1
    # Octets before the name, the name before whatever comes after, and the checkpoint last of all.
    assert all(("sync", path) in done[:at] for at, path in renamed)
    assert [path.name for _, path in named].index("checkpoint") == len(named) - 1
    checkpoint_at = named[-1][0]
    assert all(("sync", str(path.parent)) in done[at:checkpoint_at] for at, path in named[:-1])
    assert ("sync", str(house.folder)) in done[checkpoint_at:]
