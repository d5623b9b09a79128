"""The files of a worker's own machine, when another worker published."""

import threading

from chopmark.config import copies


class Rounds:
    """Stands for the event that stops the loop, after so many rounds."""

    def __init__(self, count):
        self.left = count

    def wait(self, seconds):
        self.left -= 1
        return self.left < 0


def test_it_works(monkeypatch):
    mended = []
    monkeypatch.setattr(copies, "mend_published", lambda **given: mended.append(given["actor"].id))
    copies.run_forever(Rounds(2))
    assert mended == ["worker", "worker"]


def test_a_round_that_fails_is_followed_by_another(db, monkeypatch):
    tried = []

    def fail(**given):
        tried.append(given)
        raise OSError

    monkeypatch.setattr(copies, "mend_published", fail)
    monkeypatch.setattr(copies.connection, "close", lambda: None)
    copies.run_forever(Rounds(3))
    assert len(tried) == 3


def test_it_ends_when_it_is_told_to():
    stop = threading.Event()
    stop.set()
    copies.run_forever(stop)
