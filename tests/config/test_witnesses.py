"""The witnesses of config.toml, as the settings have them."""

import pytest

from chopmark.config import options
from chopmark.config.faults import Fault
from chopmark.config.home import Home
from chopmark.pki.tlog.cosignature import cosigner_key

ONE, TWO = (
    cosigner_key("witness.example/one", bytes([1]) * 32),
    cosigner_key("witness.example/two", bytes([2]) * 32),
)


def read(path, *asked):
    return options._witnesses(Home(path=path, config={"witness": {"ask": list(asked)}}))


def test_it_works(tmp_path):
    asked = [{"key": str(key), "url": "https://witness.example"} for key in (ONE, TWO)]
    assert [key for key, _ in read(tmp_path, *asked)] == [ONE, TWO]


def test_a_home_without_witnesses_has_none(home):
    found = options.load({"CHOPMARK_HOME": str(home), "CHOPMARK_PROCESS": "worker"})
    assert (found.witnesses, found.witness_patience_minutes) == ((), 30)


@pytest.mark.parametrize(
    "asked",
    [
        [{"key": str(ONE)}],
        [{"url": "https://witness.example"}],
        [{"key": "witness.example/one+00000000+BA", "url": "https://witness.example"}],
        [{"key": str(ONE), "url": "a"}, {"key": str(cosigner_key("twin", ONE.public_key)), "url": "b"}],
    ],
)
def test_a_witness_that_cannot_be_asked_or_counts_twice_is_a_fault(tmp_path, asked):
    with pytest.raises(Fault):
        read(tmp_path, *asked)
