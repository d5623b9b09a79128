"""What campaigns do when they hear of something, and on the clock."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.campaigns import selectors, services
from chopmark.authority.campaigns.errors import CampaignMoved
from chopmark.authority.campaigns.events import CampaignRunning
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.tasks import put_into_queue
from chopmark.authority.issuance.events import ChunkRecorded, ChunkSpent
from chopmark.authority.kernel.actors import Actor, process


def queue_chunks(events: Sequence[CampaignRunning], now: datetime) -> None:
    for event in events:
        put_into_queue(event.campaign_id, selectors.chunks_to_do(event.campaign_id))


def queue_again(events: Sequence[ChunkSpent], now: datetime) -> None:
    """A crash spent the serial numbers: the same lines, fresh ones."""
    for event in events:
        if selectors.is_running(event.campaign_id):
            put_into_queue(event.campaign_id, [event.number])


def finish_if_done(events: Sequence[ChunkRecorded], now: datetime) -> None:
    for campaign_id in {event.campaign_id for event in events}:
        _finish(campaign_id, process("worker"), now)


def go_on(*, actor: Actor, now: datetime) -> None:
    """Nothing of a running campaign is forgotten: a job that was lost is put into the queue again, an end is noticed."""
    for campaign_id in selectors.running():
        put_into_queue(campaign_id, selectors.chunks_to_do(campaign_id))
        _finish(campaign_id, actor, now)


def _finish(campaign_id: int, actor: Actor, now: datetime) -> None:
    campaign = Campaign.objects.get(id=campaign_id)
    if not selectors.is_running(campaign_id) or selectors.progress(campaign).pending:
        return
    try:
        services.finish(reference=campaign.reference, actor=actor, now=now)
    except CampaignMoved:  # another worker noticed
        return
