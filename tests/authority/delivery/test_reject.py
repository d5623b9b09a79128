"""Rejecting the contents of one's certificate."""

import pytest

import oracle
from chopmark.authority.applications.errors import NotTheApplicant
from chopmark.authority.delivery import services
from chopmark.authority.delivery.errors import AlreadyRejected, NothingOffered
from chopmark.authority.delivery.events import CertificateDeclined
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.pipeline import ROUTES
from chopmark.authority.revocation import handlers as revocation
from chopmark.authority.revocation.models import Revocation
from unchanged import refused
from world import NOON, at, handed_on, last_leaf, last_payload

pytestmark = pytest.mark.usefixtures("no_case_to_close")


def test_it_works(world, offered):
    world.rejects(offered)

    assert last_leaf()["tag"] == "certificate:rejected"
    assert last_payload() == {"application": offered.reference, "reason": "name_wrong"}
    assert handed_on() == ["certificate.declined"]


def test_it_is_revoked_and_on_the_list_and_never_published(world, offered, repository):
    world.rejects(offered, now=world.later(NOON))
    world.turns()
    certificate = issuance.certificate_of(offered.reference)

    revoked = Revocation.objects.get()
    assert bytes(revoked.serial_number) == bytes(certificate.serial_number)
    assert revoked.reason == 5  # cessationOfOperation
    assert repository() == set()
    world.ticks(now=world.later(NOON))
    world.turns()
    oracle.ask(world.later(NOON))


def test_it_is_rejected_once(world, offered):
    world.rejects(offered)
    with refused(AlreadyRejected):
        world.rejects(offered)


def test_a_stranger_rejects_nothing(world, offered):
    stranger = world.applicant(world.begins())
    with refused(NotTheApplicant), at("web"):
        services.reject(reference=offered.reference, reason="x", actor=stranger, now=NOON)


def test_what_was_not_offered_is_not_rejected(world, recorded):
    with refused(NothingOffered):
        world.rejects(recorded)


def test_told_twice_it_is_revoked_once(world, offered):
    world.rejects(offered)
    certificate = issuance.certificate_of(offered.reference)
    told = CertificateDeclined(
        certificate.issuer_id, bytes(certificate.serial_number).hex(), offered.reference
    )
    with at("worker"):
        revocation.revoke_declined([told, told], NOON)
        revocation.revoke_declined([told], NOON)

    assert Revocation.objects.count() == 1


def test_she_who_revoked_it_first_may_still_reject_it(world, offered):
    """And nothing stops on a certificate that is revoked already."""
    world.revokes(issuance.certificate_of(offered.reference))
    world.rejects(offered)
    world.turns()

    assert Revocation.objects.get().reason == 1
    assert handed_on() == []
    assert revocation.revoke_declined in ROUTES[CertificateDeclined]
