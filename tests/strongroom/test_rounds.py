"""The desk's threads: a round that cannot even read what the owner configured is one bad round, and not the last."""

import threading

import pytest

from chopmark.strongroom import fetching, main
from chopmark.strongroom.log import asking, publisher
from chopmark.strongroom.notices import sender
from chopmark.strongroom.options import Options

ROUNDS = [(sender, sender.send, None), (publisher, publisher.publish, False), (asking, asking.ask, None)]


def unreadable():
    raise OSError("/home/somebody/config.toml")


@pytest.mark.parametrize(("module", "round_", "answer"), ROUNDS, ids=["sender", "publisher", "asking"])
def test_a_bad_read_is_said_and_the_thread_lives(monkeypatch, caplog, module, round_, answer):
    monkeypatch.setattr(Options, "read", unreadable)
    monkeypatch.setattr(module, "close_old_connections", lambda: None)
    assert round_() is answer
    assert [record.getMessage() for record in caplog.records] == ["failed"]


def test_a_server_that_never_answers_keeps_no_other_list_waiting(monkeypatch):
    over, came = threading.Event(), threading.Event()

    def fetch(address):
        if address == "http://slow.example/1.crl":
            over.wait()
        else:
            came.set()

    monkeypatch.setattr(fetching, "fetch", fetch)
    main._start_fetching(["http://slow.example/1.crl", "http://ca.example/1.crl"])
    try:
        assert came.wait(30)
    finally:
        over.set()
