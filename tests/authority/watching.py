"""The pack's quorum of witnesses, for a test to set."""

from chopmark.authority.transparency import witnesses


def set_quorum(monkeypatch, number):
    """What the pack would say; `test_the_pack_says_how_many` shows that it can."""
    monkeypatch.setattr(witnesses, "quorum", lambda: number)
