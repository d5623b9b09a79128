import itertools

import pytest

from chopmark.verifier.witness.cosigning import Witness
from chopmark.verifier.witness.keyfile import cosigner_of
from chopmark.verifier.witness.memory import Memory
from verifier.witness.loghouse import AskingLog


@pytest.fixture
def log():
    return AskingLog()


@pytest.fixture
def other():
    return AskingLog("log.example/strongroom", 2)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def start(tmp_path, folder, log, other):
    """The witness, started anew over what it keeps."""
    seconds = itertools.count(1_790_000_000)

    def begin() -> Witness:
        cosigner = cosigner_of(tmp_path / "key", memory=folder, name="witness.example/w1")
        return Witness(
            logs=[log.key, other.key], memory=Memory(folder), cosigner=cosigner, now=lambda: next(seconds)
        )

    return begin


@pytest.fixture
def key(tmp_path, folder, start):
    start()
    return cosigner_of(tmp_path / "key", memory=folder, name="").key
