"""What could be known of a certificate at a moment that has passed."""

from datetime import timedelta

import pytest

from chopmark.authority.issuance.errors import CertificateUnknown
from chopmark.authority.publication.models import CrlPublication
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.validation.past import Standing, past_status
from chopmark.config.past import words_of
from world import A_SECOND, NOON

AN_HOUR = timedelta(hours=1)


def public_lists(certificate):
    rows = CrlPublication.objects.filter(issuer_id=certificate.issuer_id, shard=0)
    return list(rows.order_by("number"))


def publishes(world, now):
    """A list is due, signed, under a checkpoint, public."""
    for _ in range(3):
        world.ticks(now=world.later(now))
        world.turns(now=now)


@pytest.fixture
def certificate(world):
    """Asha's, recorded at noon; a list is public soon after."""
    certificate = world.issued()
    publishes(world, NOON + 3 * AN_HOUR)
    return certificate


@pytest.fixture
def revoked(world, certificate):
    """An hour after that list; the next one is public the day after."""
    world.revokes(certificate, now=NOON + 4 * AN_HOUR)
    publishes(world, NOON + 26 * AN_HOUR)
    return certificate


def past(certificate, at):
    return past_status(certificate.issuer_id, bytes(certificate.serial_number), at=at)


def test_it_works(certificate):
    newest = public_lists(certificate)[-1]

    found = past(certificate, newest.published_at)

    assert (found.standing, found.shown_by.number) == (Standing.VALID, newest.number)
    assert (found.listed_since, found.revoked_at, found.is_recognised) == (None, None, True)


def test_revoked_and_not_yet_public_is_valid_to_whoever_read_the_list(revoked):
    revocation = Revocation.objects.get(serial_number=revoked.serial_number)
    newest = public_lists(revoked)[-1]
    assert revocation.revoked_at < newest.published_at

    between = past(revoked, newest.published_at - A_SECOND)
    after = past(revoked, newest.published_at)

    assert (between.standing, between.listed_since) == (Standing.VALID, None)
    assert between.revoked_at == revocation.revoked_at
    assert (after.standing, after.listed_since) == (Standing.REVOKED, revocation.revoked_at)


def test_before_its_recording_it_was_not_there_and_after_its_end_it_has_ended(certificate):
    assert past(certificate, certificate.recorded_at - A_SECOND).standing is Standing.NOT_RECORDED
    assert past(certificate, certificate.not_after + A_SECOND).standing is Standing.EXPIRED


def test_before_any_list_was_public_there_is_none_to_show(certificate):
    first = public_lists(certificate)[0]
    assert past(certificate, first.published_at - A_SECOND).shown_by is None


def test_recognition_is_that_of_the_day(certificate, law):
    law({"types/personal.toml": "recognition = [{ from = 2000-01-31, until = 2026-11-17 }]"})

    days = {day: past(certificate, NOON + timedelta(days=day)).is_recognised for day in (0, 1, 2)}

    assert days == {0: True, 1: True, 2: False}


def test_the_facts_for_a_report(revoked):
    said = words_of(bytes(revoked.serial_number), at=public_lists(revoked)[-1].published_at)

    assert (said["status"], said["listed_since"]) == ("revoked", said["revoked_at"])
    assert len(said["crl_sha256"]) == 64


def test_a_number_that_nobody_issued_is_refused(world):
    with pytest.raises(CertificateUnknown):
        words_of(bytes(16), at=NOON)
