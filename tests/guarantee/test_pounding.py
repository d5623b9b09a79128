"""The log that lies to the witness finds out one that has forgotten; an honest one it leaves alone."""

import itertools
import shutil
from http import HTTPStatus

import pytest

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.witnessing import StateDiffers
from chopmark.verifier.witness.cosigning import Witness
from chopmark.verifier.witness.keyfile import cosigner_of
from chopmark.verifier.witness.memory import Memory
from guarantee import pounding
from guarantee.pounding import POUNDING_KEY, Pounding


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def log(tmp_path, state, monkeypatch):
    seconds = itertools.count()
    cosigner = cosigner_of(tmp_path / "key", memory=state, name="witness.example/one")
    witness = Witness(logs=[POUNDING_KEY], memory=Memory(state), cosigner=cosigner, now=lambda: next(seconds))

    def answer(address, path, octets):
        try:
            return HTTPStatus.OK, witness.add_checkpoint(octets).encode()
        except StateDiffers as refusal:
            return HTTPStatus.CONFLICT, str(refusal.details["size"]).encode()
        except Refusal:
            return HTTPStatus.UNPROCESSABLE_ENTITY, b""

    monkeypatch.setattr(pounding, "posted", answer)
    return Pounding("nowhere")


def rounds(log, count):
    for _ in range(count):
        before = log.size
        assert log.grows()
        log.forks(before)


def test_it_works(log):
    rounds(log, 20)
    assert (log.cosigned, log.tried, log.faults) == (20, 40, [])


def test_a_witness_that_went_back_is_found(log, state, tmp_path):
    rounds(log, 5)
    shutil.copytree(state, tmp_path / "before")
    rounds(log, 1)
    shutil.copytree(tmp_path / "before", state, dirs_exist_ok=True)
    log.grows()
    assert log.faults == ["the witness cosigned size 6 and now stands at 5"]


def test_a_witness_that_forgets_between_two_askings_is_found(log, state, tmp_path):
    rounds(log, 5)
    shutil.copytree(state, tmp_path / "before")
    assert log.grows()
    shutil.copytree(tmp_path / "before", state, dirs_exist_ok=True)
    log.forks(5)
    assert log.faults == ["the witness cosigned a tree of 7 that forks at 5"]


def test_an_answer_that_was_lost_is_no_fault(log):
    rounds(log, 3)
    log.size -= 1
    assert not log.grows()
    assert (log.size, log.faults) == (3, [])


def test_a_witness_that_cosigns_anything_is_found(log, monkeypatch):
    monkeypatch.setattr(pounding, "posted", lambda *_: (HTTPStatus.OK, b""))
    rounds(log, 1)
    assert len(log.faults) == 2
