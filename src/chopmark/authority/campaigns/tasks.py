"""A chunk as a job of the queue: any worker may take it, and it names a number and no person."""

import secrets

from django.conf import settings
from django.db import close_old_connections, connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chopmark.authority.campaigns import chunks, revoking, selectors
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.kernel import clock
from chopmark.strongroom.client import Strongroom

# Ticks come first: lists are due on the clock, and a campaign is not.
PRIORITY = -10
# A worker says every ten seconds that it lives (procrastinate). The jobs of one that said nothing for so long are lost with it,
# its machine perhaps too; should it live after all, the chunk is done twice, and the second finds it done.
SILENT_AFTER_SECONDS = 30
QUEUED = """
    select (args ->> 'number')::int from procrastinate_jobs job where task_name = %s and (args ->> 'campaign_id')::bigint = %s
      and (status = 'todo' or status = 'doing' and exists (
          select from procrastinate_workers worker
          where worker.id = job.worker_id and worker.last_heartbeat > now() - make_interval(secs => %s)))
"""


@app.task(queue="campaigns")
def do_chunk(campaign_id: int, number: int) -> None:
    """Name and intend one chunk, or revoke its certificates, if that is still to do."""
    close_old_connections()
    if selectors.is_of_certificates(Campaign.objects.get(id=campaign_id), number):
        revoking.work(campaign_id, number, now=clock.now())
        return
    chunks.work(
        campaign_id,
        number,
        opener=Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET),
        randomness=secrets.token_bytes,
        now=clock.now(),
    )


def put_into_queue(campaign_id: int, numbers: list[int]) -> int:
    """Have these chunks done; one that waits, or that a worker is at, is not put behind itself. Answers how many were."""
    waiting = _queued(campaign_id)
    return sum(_defer(campaign_id, number) for number in numbers if number not in waiting)


def _queued(campaign_id: int) -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(QUEUED, [do_chunk.name, campaign_id, SILENT_AFTER_SECONDS])
        return frozenset(number for (number,) in cursor.fetchall())


def _defer(campaign_id: int, number: int) -> bool:
    job = do_chunk.configure(queueing_lock=f"campaign {campaign_id} chunk {number}", priority=PRIORITY)
    try:
        job.defer(campaign_id=campaign_id, number=number)
    except AlreadyEnqueued:  # another worker put it there since we looked
        return False
    return True
