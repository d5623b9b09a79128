"""Putting a certificate on hold, and releasing it."""

import tempfile
from pathlib import Path

import pytest

import oracle
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants.errors import PermissionMissing
from chopmark.authority.revocation.errors import (
    AlreadyRevoked,
    AlreadySuspended,
    NotSuspended,
    NotTheSubscriber,
    SerialUnknown,
    SuspensionNotOffered,
)
from chopmark.authority.revocation.models import Suspension
from chopmark.authority.revocation.services import revoke_by_subscriber
from chopmark.authority.revocation.suspending import (
    release_by_officer,
    suspend_by_officer,
    suspend_by_subscriber,
)
from chopmark.authority.validation.status_feed import follow
from chopmark.authority.validation.status_store import StatusStore
from chopmark.pki.crl import CRLReason
from chopmark.pki.ocsp import CertStatus
from world import A_SECOND, NOON, handed_on, last_leaf, last_payload

LATER = NOON + 3600 * A_SECOND


@pytest.fixture
def certificate(world):
    return world.issued()


@pytest.fixture
def asha(world, certificate):
    return world.applicant(by_reference(certificate.application_reference))


@pytest.fixture
def named(certificate):
    return {"issuer_id": certificate.issuer_id, "serial_number": bytes(certificate.serial_number)}


BIKRAM = Actor(
    kind=ActorKind.OFFICER, id="20417", permissions=frozenset({"counter:suspension:take"}), outlet="DEMO"
)


@pytest.fixture
def status(tmp_path, named):
    """What the responder says of it now: from a store of its own, filled anew each time."""

    def read():
        with StatusStore(Path(tempfile.mkdtemp(dir=tmp_path))) as store:
            follow(store)
            return store.status_of(named["issuer_id"], named["serial_number"])

    return read


def test_it_works(world, named, asha, status):
    suspend_by_subscriber(**named, actor=asha, now=NOON)

    assert last_leaf()["tag"] == "certificate:suspended_by_subscriber"
    assert last_leaf()["public"] == {
        "issuer": named["issuer_id"],
        "serial_number": named["serial_number"].hex(),
    }
    assert handed_on() == ["certificate.suspended"]
    found = status()
    assert (found.status, found.reason) == (CertStatus.REVOKED, CRLReason.CERTIFICATE_HOLD)
    world.turns()
    oracle.ask()

    release_by_officer(**named, actor=BIKRAM, now=LATER)

    assert last_payload()["actor"] == BIKRAM.id
    assert status().status is CertStatus.GOOD
    world.turns(now=LATER)
    oracle.ask(now=LATER)


def test_an_officer_suspends_on_a_request_that_is_not_confirmed(named, asha):
    suspend_by_officer(**named, actor=BIKRAM, now=NOON)
    assert last_leaf()["tag"] == "certificate:suspended_by_officer"
    with pytest.raises(AlreadySuspended):
        suspend_by_subscriber(**named, actor=asha, now=LATER)


def test_a_suspended_certificate_is_revoked_for_good(named, asha, status):
    suspend_by_officer(**named, actor=BIKRAM, now=NOON)
    revoke_by_subscriber(**named, reason=CRLReason.KEY_COMPROMISE, actor=asha, now=LATER)

    found = status()
    assert (found.reason, found.revoked_at) == (CRLReason.KEY_COMPROMISE, LATER)
    with pytest.raises(NotSuspended):
        release_by_officer(**named, actor=BIKRAM, now=LATER)
    with pytest.raises(AlreadyRevoked):
        suspend_by_officer(**named, actor=BIKRAM, now=LATER)


def test_what_was_released_may_be_suspended_again(named, asha, status):
    suspend_by_officer(**named, actor=BIKRAM, now=NOON)
    release_by_officer(**named, actor=BIKRAM, now=LATER)
    with pytest.raises(NotSuspended):
        release_by_officer(**named, actor=BIKRAM, now=LATER)
    assert status().status is CertStatus.GOOD
    suspend_by_subscriber(**named, actor=asha, now=LATER + A_SECOND)
    assert status().status is CertStatus.REVOKED


def test_nobody_suspends_or_releases_without_authority(named, asha):
    esha = Actor(kind=ActorKind.APPLICANT, id="AP261199999", participant_id=10**9)
    with pytest.raises(NotTheSubscriber):
        suspend_by_subscriber(**named, actor=esha, now=NOON)
    with pytest.raises(PermissionMissing):
        suspend_by_officer(**named, actor=Actor(kind=ActorKind.OFFICER, id="20418"), now=NOON)
    suspend_by_subscriber(**named, actor=asha, now=NOON)
    # Not even she who asked for it: whoever has her key may have her login.
    with pytest.raises(PermissionMissing):
        release_by_officer(**named, actor=asha, now=LATER)
    assert last_leaf()["refused"]


def test_a_serial_number_never_issued_is_unknown(named):
    with pytest.raises(SerialUnknown):
        suspend_by_officer(issuer_id=named["issuer_id"], serial_number=b"\x42" * 16, actor=BIKRAM, now=NOON)


def test_a_type_that_does_not_offer_it_is_refused(named, law):
    law({"types/personal.toml": "[revocation.subscriber]\nsuspends_first = false"})
    with pytest.raises(SuspensionNotOffered):
        suspend_by_officer(**named, actor=BIKRAM, now=NOON)


def test_two_machines_whose_clocks_differ_suspend_once(named, asha):
    suspend_by_officer(**named, actor=BIKRAM, now=NOON + A_SECOND)
    with pytest.raises(AlreadySuspended):
        suspend_by_subscriber(**named, actor=asha, now=NOON)


def test_a_release_ends_whatever_is_open(named, status):
    suspend_by_officer(**named, actor=BIKRAM, now=NOON)
    # As a restore from the log leaves it, when somebody suspended again meanwhile.
    Suspension.objects.create(**named, suspended_at=NOON + A_SECOND)

    assert len(release_by_officer(**named, actor=BIKRAM, now=LATER)) == 2

    assert status().status is CertStatus.GOOD
