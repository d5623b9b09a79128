"""The keys of a process, which are dear to open."""

import threading
import time

import pytest

from chopmark.strongroom.keys import keyring


@pytest.fixture
def shut():
    keyring._keyring.cache_clear()
    yield
    keyring._keyring.cache_clear()


def test_many_who_ask_at_once_open_them_once(shut, monkeypatch):
    opened, answers = [], []

    def open_slowly(*_):
        opened.append(1)
        time.sleep(0.05)
        return object()

    monkeypatch.setattr(keyring, "open_keyring", open_slowly)
    threads = [threading.Thread(target=lambda: answers.append(keyring.keyring())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1
    assert len(answers) == 8
    assert len(set(map(id, answers))) == 1
