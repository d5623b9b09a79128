"""Revoking at the subscriber's own request."""

import pytest

import oracle
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.revocation.errors import (
    AlreadyRevoked,
    NotTheSubscriber,
    ReasonNotPermitted,
    SerialUnknown,
)
from chopmark.authority.revocation.selectors import revocation_of
from chopmark.authority.revocation.services import revoke_by_subscriber
from chopmark.pki.reasons import CRLReason
from world import NOON, handed_on, last_leaf, last_payload


@pytest.fixture
def certificate(world):
    return world.issued()


@pytest.fixture
def asha(world, certificate):
    return world.applicant(by_reference(certificate.application_reference))


@pytest.fixture
def revoke(certificate, asha):
    def ask(**changes):
        given = {
            "issuer_id": certificate.issuer_id,
            "serial_number": bytes(certificate.serial_number),
            "reason": CRLReason.KEY_COMPROMISE,
            "actor": asha,
            "now": NOON,
        }
        return revoke_by_subscriber(**(given | changes))

    return ask


def test_it_works(revoke, certificate, asha):
    revoke()

    assert revocation_of(certificate.issuer_id, certificate.serial_number).revoked_at == NOON
    assert last_leaf()["public"]["reason"] == "key_compromise"
    assert last_payload()["actor"] == asha.id
    assert handed_on() == ["certificate.revoked"]


def test_list_and_database_then_say_the_same(world, revoke):
    revoke()
    world.turns()

    oracle.ask()


def test_a_stranger_is_refused_and_nothing_changes(revoke, certificate):
    esha = Actor(kind=ActorKind.APPLICANT, id="AP261199999", participant_id=10**9)

    with pytest.raises(NotTheSubscriber):
        revoke(actor=esha)

    assert revocation_of(certificate.issuer_id, certificate.serial_number) is None
    assert last_leaf()["refused"] == "not_the_subscriber"
    assert last_payload()["actor"] == "AP261199999"
    assert handed_on() == []


@pytest.mark.parametrize(
    "reason", [CRLReason.CA_COMPROMISE, CRLReason.CERTIFICATE_HOLD, CRLReason.PRIVILEGE_WITHDRAWN]
)
def test_a_subscriber_cannot_speak_for_the_authority(revoke, reason):
    with pytest.raises(ReasonNotPermitted):
        revoke(reason=reason)


def test_a_certificate_is_revoked_once(revoke):
    revoke()
    with pytest.raises(AlreadyRevoked):
        revoke()


def test_a_serial_number_never_issued_is_unknown(revoke):
    with pytest.raises(SerialUnknown):
        revoke(serial_number=b"\x42" * 16)
    assert last_leaf()["refused"] == "serial_unknown"
