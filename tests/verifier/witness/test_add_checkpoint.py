import itertools
import os
import shutil
from contextlib import suppress
from pathlib import Path

import pytest

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import cosignatures, with_cosignatures
from chopmark.pki.tlog.merkle import ProofWrong
from chopmark.pki.tlog.witnessing import CheckpointNotOfLog, LogUnknown, StateDiffers
from chopmark.verifier.witness import files
from chopmark.verifier.witness.memory import MemoryDamaged
from verifier.witness.loghouse import AskingLog

_real_open = os.open


class PowerCut(Exception):
    """The process ended here."""


class Saboteur:
    """Ends the process at the n-th thing done to files, before it is done or after."""

    def __init__(self, monkeypatch, at, *, happened):
        self.left, self.happened = at, happened
        for name in ("open", "write", "fsync"):
            monkeypatch.setattr(files.os, name, self.wrap(getattr(os, name)))
        monkeypatch.setattr(Path, "replace", self.wrap(Path.replace))
        monkeypatch.setattr(Path, "read_bytes", self.wrap(Path.read_bytes))

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


def cosigned(line, log, size, key):
    """Whether that line is the witness's, over the genuine tree of this size."""
    return len(cosignatures(with_cosignatures(log.checkpoint(size), [line]), [key])) == 1


def test_it_works(start, log, key):
    for old, new in itertools.pairwise([0, 3, 3, 200, 257]):
        assert cosigned(start().add_checkpoint(log.request(old, new)), log, new, key)


def test_two_logs_are_kept_apart(start, log, other, key):
    witness = start()
    witness.add_checkpoint(log.request(0, 9))
    witness.add_checkpoint(other.request(0, 4))

    assert cosigned(witness.add_checkpoint(log.request(9, 12)), log, 12, key)
    assert cosigned(witness.add_checkpoint(other.request(4, 5)), other, 5, key)


@pytest.mark.parametrize(("size", "fork"), [(10, 3), (10, 9), (40, 0), (40, 9)])
def test_a_fork_is_refused_and_kept_as_evidence(start, log, folder, size, fork):
    start().add_checkpoint(log.request(0, 10))
    with pytest.raises((StateDiffers, ProofWrong)):
        start().add_checkpoint(log.request(10, size, fork))

    (kept,) = (folder / "refused").iterdir()
    assert kept.read_text() == log.checkpoint(size, fork)


def test_a_rollback_is_refused(start, log):
    start().add_checkpoint(log.request(0, 10))
    for old in (0, 4):
        with pytest.raises(StateDiffers) as caught:
            start().add_checkpoint(log.request(old, 7))
        assert caught.value.details == {"size": 10}


def test_an_unknown_log_and_a_strangers_signature_are_refused(start, log):
    with pytest.raises(LogUnknown):
        start().add_checkpoint(AskingLog("log.example/nobodys").request(0, 1))
    with pytest.raises(CheckpointNotOfLog):
        start().add_checkpoint(AskingLog(log.key.name, seed=9).request(0, 1))


def test_evidence_does_not_fill_the_disk(start, log, folder, monkeypatch):
    monkeypatch.setattr("chopmark.verifier.witness.memory.MOST_REFUSED", 3)
    start().add_checkpoint(log.request(0, 5))
    for size in range(6, 20):
        with suppress(Refusal):
            start().add_checkpoint(log.request(5, size, 2))

    assert len(list((folder / "refused").iterdir())) == 3


def test_a_memory_that_cannot_be_read_is_never_taken_for_none(start, log, folder):
    start().add_checkpoint(log.request(0, 5))
    (kept,) = [path for path in folder.iterdir() if len(path.name) == 64]
    for rubbish in (b"", b"\xff", AskingLog("log.example/strongroom", 2).checkpoint(3).encode()):
        kept.write_bytes(rubbish)
        with pytest.raises(MemoryDamaged):
            start().add_checkpoint(log.request(0, 5, 2))
        with pytest.raises(MemoryDamaged):
            start().is_ready()


@pytest.mark.parametrize("happened", [False, True])
def test_a_crash_at_any_file_operation_never_cosigns_two_trees(start, log, folder, key, happened):
    """The log is cut off at each operation, then turns dishonest: whatever was cosigned, no fork of it ever is."""
    start().add_checkpoint(log.request(0, 10))
    before = shutil.copytree(folder, folder.with_name("before"))

    for at in itertools.count(1):
        shutil.rmtree(folder)
        shutil.copytree(before, folder)
        lines = []
        with pytest.MonkeyPatch.context() as monkeypatch:
            witness = start()
            saboteur = Saboteur(monkeypatch, at, happened=happened)
            with suppress(PowerCut):
                lines.append(witness.add_checkpoint(log.request(10, 20)))
        for old, size, fork in itertools.product((10, 20), (20, 25), (5, 15)):
            with suppress(Refusal):
                start().add_checkpoint(log.request(old, size, fork))
                # Only before anybody has our cosignature of the honest tree may another tree of that size be cosigned.
                assert not lines and fork == 15 and old == 10
                break
        else:
            with pytest.raises(Refusal):
                start().add_checkpoint(log.request(10, 20, 15))
        if saboteur.left > 0:
            break
    assert lines and at > 8


@pytest.mark.parametrize("happened", [False, True])
def test_an_honest_log_goes_on_after_a_crash_at_any_file_operation(start, log, folder, key, happened):
    start().add_checkpoint(log.request(0, 10))
    before = shutil.copytree(folder, folder.with_name("before"))

    for at in itertools.count(1):
        shutil.rmtree(folder)
        shutil.copytree(before, folder)
        with pytest.MonkeyPatch.context() as monkeypatch:
            witness = start()
            saboteur = Saboteur(monkeypatch, at, happened=happened)
            with suppress(PowerCut):
                witness.add_checkpoint(log.request(10, 20))
        try:
            line = start().add_checkpoint(log.request(10, 20))
        except StateDiffers as differs:
            line = start().add_checkpoint(log.request(differs.details["size"], 20))
        assert cosigned(line, log, 20, key)
        if saboteur.left > 0:
            break


def test_the_tree_is_on_the_disk_before_it_is_cosigned(start, log, monkeypatch):
    done = []
    witness = start()
    monkeypatch.setattr(files.os, "fsync", lambda _: done.append("sync"))
    monkeypatch.setattr(Path, "replace", lambda *_: done.append("named"))
    monkeypatch.setattr(witness._cosigner, "cosign", lambda *_: done.append("cosigned") or "")
    witness.add_checkpoint(log.request(0, 3))

    assert done == ["sync", "named", "sync", "cosigned"]
