"""What campaigns hand on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("campaign.running")
@dataclass(frozen=True, slots=True)
class CampaignRunning:
    """An operator started or resumed it: its chunks are put into the queue."""

    campaign_id: int


@event("campaign.paused")
@dataclass(frozen=True, slots=True)
class CampaignPaused:
    """No further chunk begins; nobody knows whether it goes on."""

    campaign_id: int


@event("campaign.chunk_revoked")
@dataclass(frozen=True, slots=True)
class ChunkRevoked:
    """The certificates of a chunk are revoked."""

    campaign_id: int
    number: int


@event("campaign.finished")
@dataclass(frozen=True, slots=True)
class CampaignFinished:
    """No line of it is pending any more."""

    campaign_id: int


@event("campaign.cohort_extended")
@dataclass(frozen=True, slots=True)
class CohortExtended:
    """A decision about a cohort holds from now on."""

    campaign_id: int


@event("campaign.replacement_to_tell", last=True)
@dataclass(frozen=True, slots=True)
class ReplacementToTell:
    """Some of a chunk's certificates are to be replaced: their holders are told, after all other news."""

    campaign_id: int
    number: int
    first: int


@event("cards.acknowledged")
@dataclass(frozen=True, slots=True)
class CardsKept:
    """The bureau has its response: no key of the campaign is to be kept."""

    campaign_id: int


@event("cards.chunk_to_purge", last=True)
@dataclass(frozen=True, slots=True)
class CardsToPurge:
    """Keys of a chunk are nobody's need any more: their copies are destroyed, after all other news."""

    campaign_id: int
    number: int
