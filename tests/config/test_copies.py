"""The files of a worker's own machine, when another worker published."""

import threading

from chopmark.config import copies


class Rounds:
    """Stands for the event that stops the loop, after so many rounds."""

    def __init__(self, count):
        self.left = count
        self.waited = []

    def wait(self, seconds):
        self.waited.append(seconds)
        self.left -= 1
        return self.left < 0


def test_it_works(monkeypatch):
    places = []

    def mend(place):
        places.append(place)
        return 0

    monkeypatch.setattr(copies, "mend_published", mend)
    copies.run_forever(Rounds(2))
    assert len(places) == 2
    assert places[0] is places[1]


def test_it_does_not_wait_while_files_are_missing(monkeypatch):
    written = iter([200, 3, 0, 0])
    monkeypatch.setattr(copies, "mend_published", lambda _: next(written))
    copies.run_forever(rounds := Rounds(4))
    assert rounds.waited == [5, 0, 0, 5, 5]


def test_nor_while_it_is_behind_unless_a_round_fails(db, monkeypatch):
    def mend(place):
        place.is_behind = True
        if len(rounds.waited) == 3:
            raise OSError
        return 0

    monkeypatch.setattr(copies, "mend_published", mend)
    monkeypatch.setattr(copies.connection, "close", lambda: None)
    copies.run_forever(rounds := Rounds(4))
    assert rounds.waited == [5, 0, 0, 5, 0]


def test_a_round_that_fails_is_followed_by_another(db, monkeypatch):
    tried = []

    def fail(place):
        tried.append(place)
        raise OSError

    monkeypatch.setattr(copies, "mend_published", fail)
    monkeypatch.setattr(copies.connection, "close", lambda: None)
    copies.run_forever(Rounds(3))
    assert len(tried) == 3


def test_it_ends_when_it_is_told_to():
    stop = threading.Event()
    stop.set()
    copies.run_forever(stop)
