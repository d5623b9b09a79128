"""Several signers at the same table, on connections of their own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, connections, transaction

import oracle
from authority.signing_stage import living
from chopmark.authority.issuance import services, signing
from chopmark.authority.issuance.models import Certificate, Claim, SpentClaim
from chopmark.authority.issuance.selectors import waiting_for_signer
from world import NOON, WORKER, at

pytestmark = pytest.mark.django_db(transaction=True)


class Counting:
    """A token that remembers everything that it signed under a certificate's key."""

    def __init__(self, token):
        self.token, self.signed = token, []

    def __getattr__(self, name):
        return getattr(self.token, name)

    def sign(self, handle, data, algorithm):
        self.signed.append(data)
        return self.token.sign(handle, data, algorithm)


def on_its_own_connection(work):
    """What a thread does, under the grants of the signer, on a connection that is closed afterwards."""

    def run(*args):
        try:
            with at("signer"):
                return work(*args)
        finally:
            connections.close_all()

    return run


@pytest.fixture
def many(world):
    """Eight intents that wait."""
    applications = [world.approved() for _ in range(8)]
    world.hears()
    return applications


def test_they_share_the_work_and_sign_nothing_twice(world, many, monkeypatch):
    """Both read all eight before either claims."""
    monkeypatch.setattr(signing, "BATCH", 8)
    together = threading.Barrier(2, timeout=20)
    check = signing._checked

    def both_have_read(intents, now):
        checked = check(intents, now)
        assert len(checked) == 8
        together.wait()
        return checked

    monkeypatch.setattr(signing, "_checked", both_have_read)
    token = Counting(world.token)

    @on_its_own_connection
    def sign(claimer):
        return signing.run_once(token=token, now=NOON, claimer=claimer)

    with living() as one, living() as other, ThreadPoolExecutor(2) as signers:
        done = list(signers.map(sign, (one, other)))

    assert sum(done) == 8
    assert len(token.signed) == len(set(token.signed)) == 8
    assert Claim.objects.count() == Certificate.objects.count() == 8
    monkeypatch.undo()
    world.turns()
    oracle.ask(world.later(NOON))


def test_each_takes_what_the_other_left(world, many, monkeypatch):
    monkeypatch.setattr(signing, "BATCH", 3)
    token = Counting(world.token)

    @on_its_own_connection
    def sign(claimer):
        return sum(signing.run_once(token=token, now=NOON, claimer=claimer) for _ in range(8))

    with living() as one, living() as other, ThreadPoolExecutor(2) as signers:
        done = list(signers.map(sign, (one, other)))

    assert sum(done) == len(set(token.signed)) == len(token.signed) == 8
    assert not waiting_for_signer(1)


def test_recording_and_taking_for_dead_do_not_both_succeed(world, many):
    """The signer is in its last transaction when the worker finds its lock gone: the worker waits, and finds records."""
    signed, settled = threading.Event(), threading.Event()
    record = signing._record

    def slowly(intent, certificate_der, now):
        record(intent, certificate_der, now)
        if not signed.is_set():
            signed.set()
            settled.wait(0.5)  # the worker runs into us here, or finds us done

    @on_its_own_connection
    def sign():
        with pytest.MonkeyPatch.context() as slow:
            slow.setattr(signing, "_record", slowly)
            signing.run_once(token=world.token, now=NOON, claimer=7)

    def settle():
        signed.wait(20)
        try:
            with at("worker"):
                return services.mark_spent_claims(actor=WORKER, now=NOON)
        finally:
            settled.set()
            connections.close_all()

    with ThreadPoolExecutor(2) as both:
        signer, worker = both.submit(sign), both.submit(settle)
        signer.result()
        assert worker.result() == 0

    assert Certificate.objects.count() == 8
    assert not SpentClaim.objects.exists()
    close_old_connections()
    assert not transaction.get_connection().in_atomic_block
