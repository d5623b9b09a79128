"""What campaigns hand on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("campaign.running")
@dataclass(frozen=True, slots=True)
class CampaignRunning:
    """An operator started or resumed it: its chunks are put into the queue."""

    campaign_id: int
