"""The clock's round: each duty for itself."""

from people import ASHA

from chopmark.strongroom import sweep
from chopmark.strongroom.breaches import overdue


def breaks(now):
    raise ValueError(f"what {ASHA.name} typed")


def test_a_duty_that_fails_keeps_no_other_waiting_and_says_nothing_of_anybody(monkeypatch, caplog):
    monkeypatch.setattr(sweep, "close_old_connections", lambda: None)
    done = []
    monkeypatch.setattr(sweep, "DUTIES", (breaks, done.append, breaks, done.append))
    sweep.sweep()
    assert len(done) == 2
    assert [record.getMessage() for record in caplog.records] == ["failed", "failed"]


def test_the_owner_is_told_of_delays_first(monkeypatch):
    """Whatever takes long comes after."""
    told = []
    monkeypatch.setattr(overdue, "tell_owner", lambda *, actor, now: told.append(now))
    first, *_ = sweep.DUTIES
    first("a moment")
    assert told == ["a moment"]
