"""Issuing pauses while the log has no quorum of witnesses, and goes on by itself."""

from chopmark.authority.issuance import signing
from chopmark.authority.issuance.models import Certificate, Claim, RefusedIntent
from chopmark.authority.issuance.selectors import waiting_for_signer
from chopmark.authority.transparency import witnesses
from world import NOON, at


def test_what_waits_is_neither_claimed_nor_refused_and_is_signed_afterwards(world, intended, monkeypatch):
    monkeypatch.setattr(witnesses, "are_late", lambda *, now: True)
    with at("signer"):
        assert signing.run_once(token=world.token, now=NOON, claimer=1) == 0
    assert not (Claim.objects.exists() or RefusedIntent.objects.exists() or Certificate.objects.exists())
    assert len(waiting_for_signer(9)) == 1

    monkeypatch.setattr(witnesses, "are_late", lambda *, now: False)
    with at("signer"):
        assert signing.run_once(token=world.token, now=NOON, claimer=1) == 1
