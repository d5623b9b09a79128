"""What campaigns do when they hear of something, and on the clock."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.campaigns import extending, notice_queue, selectors, services, telling
from chopmark.authority.campaigns.errors import CampaignMoved
from chopmark.authority.campaigns.events import (
    CampaignPaused,
    CampaignRunning,
    ChunkRevoked,
    CohortExtended,
    ReplacementToTell,
)
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.offering import queue_offers
from chopmark.authority.campaigns.replacing import due_chunks
from chopmark.authority.campaigns.tasks import put_into_queue
from chopmark.authority.issuance.events import ChunkRecorded, ChunkSpent
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.kernel.containing import each


def queue_chunks(events: Sequence[CampaignRunning], now: datetime) -> None:
    for event in events:
        _queue(event.campaign_id, now)


def tell_whose_are_replaced(events: Sequence[CampaignRunning], now: datetime) -> None:
    for event in events:
        notice_queue.queue_notices(event.campaign_id, now)


def tell_replaced(events: Sequence[ReplacementToTell], now: datetime) -> None:
    for event in events:
        telling.tell_some(event, process("worker"), now)


def queue_again(events: Sequence[ChunkSpent], now: datetime) -> None:
    """A crash spent the serial numbers: the same lines, fresh ones."""
    for event in events:
        if selectors.is_running(event.campaign_id):
            put_into_queue(event.campaign_id, [event.number])


def finish_if_done(events: Sequence[ChunkRecorded | ChunkRevoked | CohortExtended], now: datetime) -> None:
    for campaign_id in {event.campaign_id for event in events}:
        _finish(campaign_id, process("worker"), now)


def offer_recorded(events: Sequence[ChunkRecorded | CampaignPaused], now: datetime) -> None:
    for campaign_id in {event.campaign_id for event in events}:
        queue_offers(campaign_id, now)


def go_on(*, actor: Actor, now: datetime) -> None:
    """Nothing of a running campaign is forgotten: a job that was lost is put into the queue again, an end is noticed.

    One that fails keeps no other waiting.
    """

    def on(campaign_id: int) -> None:
        _queue(campaign_id, now)
        queue_offers(campaign_id, now)
        _finish(campaign_id, actor, now)

    each(selectors.running(), on)
    if (
        now.minute == 0
    ):  # of the others a look now and then is enough: whatever happens to them asks for itself
        each(selectors.stopped(), lambda campaign_id: queue_offers(campaign_id, now))


def _queue(campaign_id: int, now: datetime) -> None:
    extending.work(campaign_id, now=now)  # a change of a cohort has no chunks: it is one row
    put_into_queue(campaign_id, [*selectors.chunks_to_do(campaign_id), *due_chunks(campaign_id, now)])


def _finish(campaign_id: int, actor: Actor, now: datetime) -> None:
    campaign = Campaign.objects.get(id=campaign_id)
    if not selectors.is_running(campaign_id) or selectors.progress(campaign).pending:
        return
    try:
        services.finish(reference=campaign.reference, actor=actor, now=now)
    except CampaignMoved:  # another worker noticed
        return
