"""A chunk as a job of the queue: any worker may take it, and it names a number and no person."""

import secrets

from django.conf import settings
from django.db import close_old_connections, connection
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from chopmark.authority.campaigns import chunks
from chopmark.authority.kernel import clock
from chopmark.strongroom.client import Strongroom

# Ticks come first: lists are due on the clock, and a campaign is not.
PRIORITY = -10
QUEUED = """
    select (args ->> 'number')::int from procrastinate_jobs where task_name = %s and status in ('todo', 'doing')
      and (args ->> 'campaign_id')::bigint = %s
"""


@app.task(queue="campaigns")
def do_chunk(campaign_id: int, number: int) -> None:
    """Name and intend one chunk, if that is still to do."""
    close_old_connections()
    chunks.work(
        campaign_id,
        number,
        opener=Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET),
        randomness=secrets.token_bytes,
        now=clock.now(),
    )


def put_into_queue(campaign_id: int, numbers: list[int]) -> int:
    """Have these chunks done; one that waits in the queue is not put behind itself. Answers how many were put there."""
    waiting = _queued(campaign_id)
    return sum(_defer(campaign_id, number) for number in numbers if number not in waiting)


def _queued(campaign_id: int) -> frozenset[int]:
    with connection.cursor() as cursor:
        cursor.execute(QUEUED, [do_chunk.name, campaign_id])
        return frozenset(number for (number,) in cursor.fetchall())


def _defer(campaign_id: int, number: int) -> bool:
    job = do_chunk.configure(queueing_lock=f"campaign {campaign_id} chunk {number}", priority=PRIORITY)
    try:
        job.defer(campaign_id=campaign_id, number=number)
    except AlreadyEnqueued:  # another worker put it there since we looked
        return False
    return True
