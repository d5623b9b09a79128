"""Offering a certificate to its subscriber."""

import pytest

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.delivery import handlers, services
from chopmark.authority.delivery.models import Offer
from chopmark.authority.delivery.selectors import delivery_of
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.events import CertificateRecorded
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.keymaking import selectors as keymaking
from chopmark.authority.transparency import signing as checkpoints
from chopmark.authority.transparency.selectors import is_under_checkpoint
from world import NOON, WORKER, at, handed_on, leaf_count, leaves, waiting


def offers(application):
    with at("worker"):
        services.offer(reference=application.reference, actor=WORKER, now=NOON)


def test_it_works(world, recorded):
    world.turns()

    assert by_reference(recorded.reference).state == "issued"
    assert delivery_of(recorded.reference).answer is None
    assert not waiting()


def test_it_waits_until_the_log_has_the_certificate(world, recorded):
    certificate = issuance.certificate_of(recorded.reference)
    before = leaf_count()
    assert not is_under_checkpoint(certificate.leaf_id)
    with pytest.raises(NotYet):
        offers(recorded)
    assert by_reference(recorded.reference).state == "approved"
    assert leaf_count() == before, "to wait is no refusal: it is in no log"

    world.sequences()
    with pytest.raises(NotYet):
        offers(recorded)

    world.signs()
    offers(recorded)
    assert [leaf["tag"] for leaf in leaves()][-2:] == ["certificate:offered", "notice:asked"]


def test_it_waits_in_the_outbox_and_is_not_forgotten(world, recorded):
    for _ in range(5):
        world.hears()
    assert handed_on() == ["certificate.recorded"]

    world.turns()
    assert by_reference(recorded.reference).state == "issued"


def test_a_key_that_we_made_is_sealed_before_it_is_offered(world):
    application = world.approved(key_source=KeySource.AUTHORITY)
    while issuance.certificate_of(application.reference) is None:
        world.hears()
        world.signs()
    world.sequences()
    with at("signer"):
        checkpoints.run_once(token=world.token, now=NOON, claimer=1)
    assert is_under_checkpoint(issuance.certificate_of(application.reference).leaf_id)
    assert not keymaking.is_sealed(application.reference)
    with pytest.raises(NotYet):
        offers(application)

    world.turns()
    assert delivery_of(application.reference) is not None


def test_told_twice_it_offers_once(world, offered):
    certificate = issuance.certificate_of(offered.reference)
    told = CertificateRecorded(
        certificate.issuer_id, bytes(certificate.serial_number).hex(), offered.reference
    )
    with at("worker"):
        handlers.offer_certificates([told, told], NOON)

    assert Offer.objects.count() == 1


def test_an_application_without_a_certificate_is_offered_nothing(world):
    application = world.approved()
    with pytest.raises(NotYet):
        offers(application)


def test_nothing_is_in_the_repository_before_she_accepts(world, offered, repository):
    world.ticks()
    world.turns()
    assert repository() == set()
