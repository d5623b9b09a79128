"""Whose notices of a replacement are asked for, and when; what is written in them, and to whom, `telling` knows."""

from datetime import datetime

from django.db import transaction

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.events import ReplacementToTell
from chopmark.authority.campaigns.models import Campaign, CampaignChunk
from chopmark.authority.kernel import outbox


def queue_notices(campaign_id: int, now: datetime) -> None:
    """Have everybody told, some at a time and after all other news; again, only whoever was not is.

    One hand-over a chunk, each of which asks for its own next one: a million at once would outlast the lease of what asks.
    """
    campaign = Campaign.objects.get(id=campaign_id)
    if campaign.kind != Campaign.Kind.MASS_REPLACEMENT:
        return
    chunks = CampaignChunk.objects.filter(
        campaign_id=campaign_id, number__gte=selectors.line_chunks(campaign)
    )
    queued = {one.number for one in outbox.waiting(ReplacementToTell, campaign_id=campaign_id)}
    with transaction.atomic():
        for number in chunks.order_by("number").values_list("number", flat=True):
            if number not in queued:
                outbox.hand_on(ReplacementToTell(campaign_id, number, 0), due_at=now)


def tell_of_failed(campaign_id: int, number: int, now: datetime) -> None:
    """Lines came to nothing: whoever read that a new certificate comes by itself is told to come, while there is time."""
    campaign = Campaign.objects.get(id=campaign_id)
    if campaign.kind == Campaign.Kind.MASS_REPLACEMENT:
        outbox.hand_on(
            ReplacementToTell(campaign_id, selectors.line_chunks(campaign) + number, 0), due_at=now
        )
