"""The witnesses of config.toml, as the settings have them."""

import pytest

from chopmark.config import options
from chopmark.config.faults import Fault
from chopmark.config.home import Home, open_home
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


def with_quorum(home, monkeypatch, number, *asked):
    """What a process of this home is told, if its pack asks for so many witnesses."""
    (home / "mine").mkdir(exist_ok=True)
    (home / "mine" / "authority.toml").write_text(f"witness_quorum = {number}\n")
    opened = open_home(home)
    config = opened.config | {"packs": [*opened.config["packs"], "./mine"], "witness": {"ask": list(asked)}}
    monkeypatch.setattr(options, "open_home", lambda _: Home(path=opened.path, config=config))
    return options.load({"CHOPMARK_HOME": str(home), "CHOPMARK_PROCESS": "worker"})


def test_a_quorum_that_can_be_reached_is_taken(home, monkeypatch):
    asked = [{"key": str(key), "url": "https://witness.example"} for key in (ONE, TWO)]
    assert len(with_quorum(home, monkeypatch, 2, *asked).witnesses) == 2


@pytest.mark.parametrize("named", [0, 1])
def test_a_quorum_larger_than_the_number_of_witnesses_stops_the_start_and_names_the_remedy(
    home, monkeypatch, named
):
    asked = [{"key": str(ONE), "url": "https://witness.example"}][:named]
    with pytest.raises(Fault) as found:
        with_quorum(home, monkeypatch, 2, *asked)
    assert f"asks for 2 witnesses, and config.toml names {named}" in str(found.value)
    assert "[[witness.ask]]" in found.value.remedy and "witness_quorum" in found.value.remedy
