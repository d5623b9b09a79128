"""Accepting the contents of one's certificate."""

from datetime import timedelta

import pytest

import oracle
from chopmark.authority.applications.errors import NotTheApplicant
from chopmark.authority.delivery import services
from chopmark.authority.delivery.errors import AlreadyAccepted, AlreadyRejected, NothingOffered
from chopmark.authority.delivery.models import Answer
from chopmark.authority.delivery.selectors import delivery_of, is_accepted
from chopmark.authority.issuance import selectors as issuance
from unchanged import refused
from world import NOON, WORKER, at, handed_on, last_leaf, last_payload


def test_it_works(world, offered, repository):
    world.accepts(offered)
    certificate = issuance.certificate_of(offered.reference)
    serial = bytes(certificate.serial_number)

    assert delivery_of(offered.reference).is_accepted
    assert is_accepted(certificate.issuer_id, serial)
    assert last_leaf()["public"] == {"issuer": certificate.issuer_id, "serial_number": serial.hex()}
    assert last_payload() == {"application": offered.reference}
    assert handed_on() == ["certificate.accepted"]
    assert repository() == set(), "the worker publishes"


def test_it_is_then_in_the_repository_byte_for_byte(world, offered, repository, settings, no_case_to_close):
    world.accepts(offered)
    world.turns()
    certificate = issuance.certificate_of(offered.reference)

    name = f"{bytes(certificate.serial_number).hex().upper()}.crt"
    assert repository() == {name}
    published = (settings.CHOPMARK_PUBLIC_DIR / "repository" / name).read_bytes()
    assert published == bytes(certificate.certificate_der)
    oracle.ask(world.later(NOON))


def test_it_is_answered_once(world, offered):
    world.accepts(offered)
    with refused(AlreadyAccepted):
        world.accepts(offered)


def test_what_she_accepted_she_cannot_reject(world, offered):
    world.accepts(offered)
    with refused(AlreadyAccepted):
        world.rejects(offered)


def test_what_she_accepted_does_not_lapse(world, offered):
    world.accepts(offered)
    with refused(AlreadyAccepted), at("worker"):
        services.lapse(reference=offered.reference, actor=WORKER, now=NOON + timedelta(days=99))


@pytest.mark.parametrize("who", ["another applicant", "bikram", "chandra", "the worker"])
def test_nobody_accepts_for_her(world, offered, who):
    strangers = {"bikram": world.bikram, "chandra": world.chandra, "the worker": WORKER}
    stranger = strangers.get(who) or world.applicant(world.begins())

    with refused(NotTheApplicant), at("web"):
        services.accept(reference=offered.reference, actor=stranger, now=NOON)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("how_far", ["begun", "approved", "recorded"])
def test_nothing_is_accepted_before_it_is_offered(world, how_far, request):
    application = world.begins() if how_far == "begun" else world.approved()
    if how_far == "recorded":
        world.hears()
        world.signs()

    with refused(NothingOffered):
        world.accepts(application)


def test_after_a_rejection_it_is_too_late(world, offered):
    world.rejects(offered)
    with refused(AlreadyRejected):
        world.accepts(offered)
