"""How long a responder may answer without hearing from the database: thirty seconds, or what the home says within reason."""

from datetime import timedelta

import pytest

from chopmark.config import options
from chopmark.config.faults import Fault
from chopmark.config.home import Home, open_home


@pytest.fixture
def told(home, monkeypatch):
    """What a responder of this home is told, with that table in its config.toml."""

    def told(**responder):
        opened = open_home(home)
        config = {**opened.config, "responder": responder} if responder else opened.config
        monkeypatch.setattr(options, "open_home", lambda _: Home(path=opened.path, config=config))
        environment = {"CHOPMARK_HOME": str(home), "CHOPMARK_PROCESS": "responder"}
        return options.load(environment).status_may_lag

    return told


def test_it_works(told):
    assert told() == timedelta(seconds=30)


def test_a_home_may_say_otherwise(told):
    assert told(may_lag_seconds=5) == timedelta(seconds=5)


@pytest.mark.parametrize("seconds", [0, 1, 601, -30])
def test_too_short_or_too_long_stops_the_start(told, seconds):
    with pytest.raises(Fault, match="may_lag_seconds"):
        told(may_lag_seconds=seconds)
