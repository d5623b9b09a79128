"""Several workers and signers at one campaign, each on a connection of its own."""

import secrets
import threading

import pytest
from django.db import connection, connections

from authority.signing_stage import living
from chopmark.authority.campaigns import chunks, revoking, signing
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import RevokedChunk
from chopmark.authority.campaigns.tasks import put_into_queue
from chopmark.authority.issuance.models import Certificate, ChunkClaim, IntendedChunk
from chopmark.authority.revocation.models import Revocation
from chopmark.pki.crl import CRLReason
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


def taken_by_a_worker():
    """The newest job of the queue is taken by a worker that has just begun; answers the worker's number."""
    with connection.cursor() as cursor:
        # The queue is no model of ours, and other tests leave jobs in it.
        cursor.execute("delete from procrastinate_jobs where id < (select max(id) from procrastinate_jobs)")
        cursor.execute("select worker_id from procrastinate_register_worker_v1()")
        (worker,) = cursor.fetchone()
        cursor.execute("select id from procrastinate_fetch_job_v2(null, %s)", [worker])
        assert cursor.fetchone()[0]
    return worker


def test_a_chunk_that_a_worker_is_at_is_left_to_it(drive):
    campaign = drive.running()
    with at("worker"):
        put_into_queue(campaign.pk, [0])
        taken_by_a_worker()
        assert put_into_queue(campaign.pk, [0]) == 0


@pytest.mark.parametrize(
    "lost",
    [
        "update procrastinate_workers set last_heartbeat = now() - interval '31 seconds' where id = %s",
        "delete from procrastinate_workers where id = %s",
    ],
    ids=["silent", "forgotten"],
)
def test_a_chunk_whose_worker_is_gone_is_put_into_the_queue_again(drive, lost):
    campaign = drive.running()
    with at("worker"), connection.cursor() as cursor:
        put_into_queue(campaign.pk, [0])
        cursor.execute(lost, [taken_by_a_worker()])
        assert put_into_queue(campaign.pk, [0]) == 1
        assert put_into_queue(campaign.pk, [0]) == 0


def test_two_workers_at_a_chunk_and_two_campaigns_about_the_same_revoke_each_certificate_once(
    drive, certified
):
    wanted = Matching(type_code="personal")
    one, other = (drive.plans_revocation(wanted, CRLReason.SUPERSEDED) for _ in range(2))
    for campaign in (one, other):
        drive.approves(campaign)
        drive.starts(campaign)

    def work(campaign):
        return lambda: revoking.work(campaign.pk, 0, now=NOON)

    at_once(work(one), work(other), work(one), work(other))
    assert Revocation.objects.count() == 3
    reports = [drive.report(campaign) for campaign in (one, other)]
    assert sum(report.revoked for report in reports) == 3
    assert sum(report.failed.get("already_revoked", 0) for report in reports) == 3
    assert RevokedChunk.objects.count() == 2
