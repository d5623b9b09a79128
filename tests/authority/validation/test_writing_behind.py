"""One transaction in another thread: everything, or nothing, whoever fails, and nobody waits for ever."""

import threading
from functools import partial

import lmdb
import pytest

from chopmark.authority.validation import writing_behind
from chopmark.authority.validation.writing_behind import AHEAD, write_behind


@pytest.fixture
def environment(tmp_path):
    with lmdb.open(str(tmp_path)) as environment:
        yield environment


@pytest.fixture
def write(environment):
    return partial(write_behind, begin=lambda: environment.begin(write=True))


def kept(environment):
    with environment.begin() as transaction:
        return [bytes(key) for key in transaction.cursor().iternext(values=False)]


def put(key):
    return lambda transaction: transaction.put(key, b"said")


def test_all_steps_are_done_in_their_order_in_a_thread_of_their_own(environment, write):
    threads = []
    steps = [put(b"%03d" % number) for number in range(10 * AHEAD)]
    steps.append(lambda _: threads.append(threading.current_thread()))
    write(steps)
    assert len(kept(environment)) == 10 * AHEAD
    assert threads != [threading.main_thread()]


def test_nothing_is_kept_when_the_making_of_a_step_fails(environment, write):
    def steps():
        yield put(b"one")
        raise RuntimeError("the database is lost")

    with pytest.raises(RuntimeError, match="lost"):
        write(steps())
    assert kept(environment) == []


@pytest.mark.parametrize("after", [0, 1, AHEAD + 5])
def test_nothing_is_kept_when_the_doing_of_one_fails_however_many_follow(
    environment, write, monkeypatch, after
):
    monkeypatch.setattr(writing_behind, "LOOK_SECONDS", 0.01)

    def fail(_):
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write([put(b"one"), fail, *[put(b"two")] * after])
    assert kept(environment) == []


def test_a_transaction_that_cannot_begin_is_told(environment, monkeypatch):
    monkeypatch.setattr(writing_behind, "LOOK_SECONDS", 0.01)

    def begin():
        raise lmdb.DiskError("no room")

    with pytest.raises(lmdb.DiskError, match="no room"):
        write_behind([put(b"one")] * (AHEAD + 2), begin)
