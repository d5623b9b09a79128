"""Several processes under one parent, as `chopmark run signer --processes N` runs them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chopmark.config import together
from chopmark.config.cli import cli
from chopmark.config.processes import Kept

# Beats once, says who it is, and says when it is told to end; each in one write, since both speak into one pipe.
SIGNER = """
import os, pathlib, signal
def say(word):
    os.write(1, f"{word} {os.getpid()}\\n".encode())
def end(*_):
    say("ends")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(os.environ["CHOPMARK_HEARTBEAT"]).touch()
say("runs")
while True:
    signal.pause()
"""


@pytest.fixture
def parent(tmp_path):
    running = subprocess.Popen(
        together.command(2, [sys.executable, "-c", SIGNER]),
        env={**os.environ, "CHOPMARK_HEARTBEAT": str(tmp_path / "signer.ready")},
        stdout=subprocess.PIPE,
        text=True,
    )
    yield running
    running.kill()
    running.wait()
    running.stdout.close()


def said(parent, word):
    saying, number = parent.stdout.readline().split()
    assert saying == word
    return int(number)


def test_it_works(parent):
    two = {said(parent, "runs"), said(parent, "runs")}
    assert len(two) == 2
    parent.send_signal(signal.SIGTERM)
    assert {said(parent, "ends"), said(parent, "ends")} == two
    assert parent.wait(timeout=30) == 0


def test_one_that_dies_is_started_again_and_the_other_is_left_alone(parent):
    first, second = said(parent, "runs"), said(parent, "runs")
    os.kill(first, signal.SIGKILL)
    third = said(parent, "runs")
    assert third not in (first, second)
    parent.send_signal(signal.SIGTERM)
    assert {said(parent, "ends"), said(parent, "ends")} == {second, third}


def test_none_outlives_a_parent_that_was_killed(parent):
    two = {said(parent, "runs"), said(parent, "runs")}
    parent.kill()
    assert {said(parent, "ends"), said(parent, "ends")} == two


def test_the_parent_beats_once_each_of_them_does(parent, tmp_path):
    said(parent, "runs"), said(parent, "runs")
    end = time.monotonic() + 30
    while not (tmp_path / "signer.ready").exists():
        assert time.monotonic() < end
        os.sched_yield()


def test_one_that_does_not_beat_keeps_the_parent_from_it(tmp_path, monkeypatch):
    """The others must not hide it: the home's heartbeat says that all of them sign."""
    ready, looked = tmp_path / "signer.ready", []

    def beats(beat: Path) -> bool:
        looked.append(beat.name)
        return beat.name == "0"

    class Stop:
        def is_set(self):
            return len(looked) >= 4

        def wait(self, _):
            assert not ready.exists()

    monkeypatch.setattr(together, "beats", beats)
    monkeypatch.setattr(together.threading, "Event", Stop)
    monkeypatch.setattr(together.signal, "signal", lambda *_: None)
    together.keep(2, [sys.executable, "-c", "import signal; signal.pause()"], ready)
    assert set(looked) == {"0", "1"}


@pytest.mark.parametrize(("name", "has"), [("signer", True), ("worker", False), ("web", False)])
def test_only_signers_are_several_under_one_parent(name, has):
    command = cli.get_command(None, "run").get_command(None, name)
    assert ("processes" in {one.name for one in command.params}) is has


def test_one_that_hangs_is_killed_and_one_that_beats_or_has_just_begun_is_not(tmp_path):
    beat = tmp_path / "beat"
    command = [sys.executable, "-c", "import signal; signal.signal(15, signal.SIG_IGN); signal.pause()"]
    one = Kept(name="signer", command=command, environment={}, log=None)
    one.look_after(0.0)
    process = one.running
    try:
        together.end_if_silent(one, beat, together.HUNG_AFTER - 1)
        assert one.running is process
        beat.touch()
        together.end_if_silent(one, beat, together.HUNG_AFTER + 1)
        assert one.running is process
        os.utime(beat, (1, 1))
        together.end_if_silent(one, beat, together.HUNG_AFTER + 1)
        assert one.running is None
        assert process.poll() == -signal.SIGKILL
    finally:
        one.stop(0)
