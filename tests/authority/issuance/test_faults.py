"""The signer breaks at every line, twice: it failed, and it failed but happened."""

import contextlib

import pytest
from cryptography import x509

import oracle
from authority.signing_stage import Broken, in_a_process_that_is_killed, kill_this_process, living
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.issuance import services, signing
from chopmark.authority.issuance.models import Certificate, Claim, IntendedCertificate, SpentClaim
from chopmark.authority.revocation.models import Revocation
from world import NOON, WORKER, at, handed_on, last_leaf, leaves


class Faulty:
    """A token whose next signature under a certificate's key goes wrong; it remembers what it signed."""

    def __init__(self, token, *, signs):
        self.token, self.signs, self.signed = token, signs, []

    def __getattr__(self, name):
        return getattr(self.token, name)

    def sign(self, handle, data, algorithm):
        if not handle.label.startswith("identity"):
            return self.token.sign(handle, data, algorithm)
        if self.signs:
            self.signed.append(self.token.sign(handle, data, algorithm))
        raise Broken


@pytest.fixture
def round_at_the_door(world):
    """What one signer does at the certificate door before it dies of what went wrong."""

    def run(token=None, claimer=1):
        with at("signer"):
            return signing.run_once(token=token or world.token, now=world.later(NOON), claimer=claimer)

    return run


def recovers(world, application, spent):
    """The claim's serial number is revoked, and she has one certificate in force, under another."""
    world.ticks()
    world.turns()
    recorded = Certificate.objects.get()
    assert bytes(recorded.serial_number) != bytes(spent.serial_number)
    assert by_reference(application.reference).state == "issued"
    revoked = Revocation.objects.get()
    assert bytes(revoked.serial_number) == bytes(spent.serial_number)
    assert Claim.objects.count() == 2, "a claim is a key use, whatever came of it"
    oracle.ask(world.later(NOON))


@pytest.mark.parametrize("signs", [False, True], ids=["it failed", "it failed but happened"])
def test_a_token_that_breaks_spends_the_serial_number(world, approved, intended, round_at_the_door, signs):
    with contextlib.suppress(Broken):
        round_at_the_door(Faulty(world.token, signs=signs))
    assert Claim.objects.count() == 1
    assert not Certificate.objects.exists()

    recovers(world, approved, intended)


def test_a_signature_that_was_lost_stands_on_the_list(world, approved, intended, round_at_the_door, settings):
    """Somebody may hold the certificate that we signed and never recorded."""
    with contextlib.suppress(Broken):
        round_at_the_door(Faulty(world.token, signs=True))
    world.ticks()
    world.turns()
    world.ticks(now=world.later(NOON))
    world.turns()

    serial = int.from_bytes(bytes(intended.serial_number), "big")
    lists = [
        x509.load_der_x509_crl(path.read_bytes())
        for path in (settings.CHOPMARK_PUBLIC_DIR / "crl").glob("identity-1-*.crl")
    ]
    # The full list, its partition, and the delta.
    assert sum(crl.get_revoked_certificate_by_serial_number(serial) is not None for crl in lists) == 3


@pytest.mark.parametrize("dies_at", ["leave", "hand_on"])
def test_a_record_that_fails_records_nothing(
    world, approved, intended, round_at_the_door, monkeypatch, dies_at
):
    def dies(*_, **__):
        raise Broken

    with monkeypatch.context() as fault:
        fault.setattr(signing, dies_at, dies)
        with contextlib.suppress(Broken):
            round_at_the_door()
    assert not Certificate.objects.exists()
    assert "certificate:issued" not in {leaf["tag"] for leaf in leaves()}

    recovers(world, approved, intended)


def test_a_whole_batch_is_spent_and_made_again(world, round_at_the_door):
    applications = [world.approved() for _ in range(3)]
    world.hears()
    with contextlib.suppress(Broken):
        round_at_the_door(Faulty(world.token, signs=True))
    world.ticks()
    world.turns()

    assert SpentClaim.objects.count() == 3
    assert Certificate.objects.count() == 3
    assert {by_reference(one.reference).state for one in applications} == {"issued"}
    oracle.ask(world.later(NOON))


def test_one_signature_that_fails_spends_no_more_than_its_batch(world, approved, intended, round_at_the_door):
    """What was intended after the fault is signed in its first attempt."""
    with contextlib.suppress(Broken):
        round_at_the_door(Faulty(world.token, signs=False))
    other = world.approved()
    world.turns()

    assert by_reference(other.reference).state == "issued"
    assert by_reference(approved.reference).state == "approved"


def test_while_the_signer_lives_its_claim_is_not_spent(world, intended, round_at_the_door):
    with living() as claimer:
        with contextlib.suppress(Broken):
            round_at_the_door(Faulty(world.token, signs=False), claimer)
        world.ticks()
        assert not SpentClaim.objects.exists()

    world.ticks()
    assert SpentClaim.objects.count() == 1


def test_a_claim_is_spent_once(world, intended, round_at_the_door):
    with contextlib.suppress(Broken):
        round_at_the_door(Faulty(world.token, signs=False))
    with at("worker"):
        assert services.mark_spent_claims(actor=WORKER, now=NOON) == 1
        assert services.mark_spent_claims(actor=WORKER, now=NOON) == 0

    assert last_leaf()["tag"] == "claim:spent"
    assert last_leaf()["public"] == {
        "issuer": intended.issuer_id,
        "serial_number": bytes(intended.serial_number).hex(),
    }
    assert handed_on() == ["claim.spent"]


def test_a_signer_that_was_taken_for_dead_records_nothing(
    world, approved, intended, round_at_the_door, monkeypatch
):
    """Its connection was lost and the worker has settled its claims, and then it comes back with a signature."""
    sign = signing.sign_certificates

    def slowly(*args, **kwargs):
        signed = sign(*args, **kwargs)
        with at("worker"):
            assert services.mark_spent_claims(actor=WORKER, now=NOON) == 1
        return signed

    with monkeypatch.context() as slow:
        slow.setattr(signing, "sign_certificates", slowly)
        round_at_the_door()

    assert not Certificate.objects.exists()
    recovers(world, approved, intended)


def test_a_claim_that_is_recorded_is_never_spent(world, intended, round_at_the_door):
    round_at_the_door()
    world.ticks()

    assert not SpentClaim.objects.exists()
    assert IntendedCertificate.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("dies_at", ["sign_certificates", "_record", "hand_on"])
def test_a_process_that_is_killed_leaves_a_claim_and_no_more(world, approved, intended, monkeypatch, dies_at):
    """By SIGKILL, in a process of its own, with its own connection and lock: what a power cut leaves."""

    def work():
        with living() as claimer, at("signer"):
            monkeypatch.setattr(signing, dies_at, kill_this_process)
            signing.run_once(token=world.token, now=NOON, claimer=claimer)

    in_a_process_that_is_killed(work)

    assert Claim.objects.count() == 1
    assert not Certificate.objects.exists()
    recovers(world, approved, intended)
