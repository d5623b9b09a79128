"""Several workers and signers at one campaign, each on a connection of its own."""

import secrets
import threading

import pytest
from django.db import connections

from authority.signing_stage import living
from chopmark.authority.campaigns import chunks, signing
from chopmark.authority.campaigns.tasks import put_into_queue
from chopmark.authority.issuance.models import Certificate, ChunkClaim, IntendedChunk
from world import NOON, at

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*errands):
    """Each in a thread of its own; an error of one is an error here."""
    failed = []

    def run(errand):
        try:
            errand()
        except Exception as error:  # noqa: BLE001  # whatever it is, the test is to see it
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(errand,)) for errand in errands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed


def test_two_workers_and_two_signers_make_each_certificate_once(world, drive):
    campaign = drive.running(4)

    def work():
        chunks.work(campaign.pk, 0, opener=drive.owner, randomness=secrets.token_bytes, now=NOON)

    at_once(work, work)
    assert IntendedChunk.objects.count() == 1

    def sign():
        with living() as claimer:
            signing.run_once(token=world.token, now=NOON, claimer=claimer)

    at_once(sign, sign)
    assert ChunkClaim.objects.count() == 1
    assert Certificate.objects.count() == 4
    assert len({bytes(one.serial_number) for one in Certificate.objects.all()}) == 4


def test_a_chunk_that_waits_in_the_queue_is_not_put_behind_itself(drive):
    campaign = drive.running()
    with at("worker"):
        assert put_into_queue(campaign.pk, [0]) == 1
        assert put_into_queue(campaign.pk, [0, 1]) == 1
