"""When the certificates of a campaign are offered: once it has nothing left to make, so that no chunk waits for a letter."""

from datetime import datetime

from django.db import transaction

from chopmark.authority.campaigns import accepting, selectors
from chopmark.authority.delivery.chunks import not_offered
from chopmark.authority.delivery.events import ChunkToOffer
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.kernel import outbox


def queue_offers(campaign_id: int, now: datetime) -> None:
    """Have every recorded chunk offered that is neither offered nor in the queue, unless the campaign still makes some."""
    states = chunk_selectors.states(campaign_id)
    if selectors.is_running(campaign_id) and (
        selectors.chunks_to_do(campaign_id) or any(map(_awaits_the_signer, states))
    ):
        return
    numbers = not_offered(campaign_id, {number for number, *_, is_recorded in states if is_recorded})
    if not numbers:
        return
    queued = {one.number for one in outbox.waiting(ChunkToOffer, campaign_id=campaign_id)}
    way = accepting.way(campaign_id)
    with transaction.atomic():
        for number in sorted(set(numbers) - queued):
            outbox.hand_on(ChunkToOffer(campaign_id, number, way), due_at=now)


def _awaits_the_signer(state: tuple[int, int, int, bool, str | None, bool, bool]) -> bool:
    _, _, _, _, refused, is_spent, is_recorded = state
    return not (refused or is_spent or is_recorded)
