"""Reading a card bureau's batch: which it is, and what became of each of its requests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.card_files import Asked, failed, issued
from chopmark.authority.campaigns.chunks import all_items
from chopmark.authority.campaigns.errors import (
    CardRequestsChanged,
    CardsAcknowledged,
    CardsNotReady,
    CardsNotRequested,
)
from chopmark.authority.campaigns.models import (
    Campaign,
    CampaignFailure,
    CampaignStep,
    CardAcknowledgement,
    CardBatch,
    CardRequests,
    SealedCards,
)
from chopmark.authority.campaigns.packing import Item
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.keymaking import pool
from chopmark.authority.keymaking.pool import PooledKey
from chopmark.authority.revocation.selectors import revoked_among
from chopmark.authority.transparency.selectors import is_under_checkpoint

REVOKED = "revoked"
KEY_DESTROYED = "key_destroyed"


@dataclass(frozen=True, slots=True)
class Answered:
    """One line of a response: whether a certificate is in it, and its octets."""

    is_issued: bool
    line: bytes


def batch_of(campaign: Campaign) -> CardBatch:
    batch = CardBatch.objects.filter(campaign_id=campaign.pk).first()
    if batch is None:
        raise CardsNotRequested
    return batch


def is_acknowledged(campaign: Campaign) -> bool:
    return CardAcknowledgement.objects.filter(campaign_id=campaign.pk).exists()


def require_answerable(campaign: Campaign) -> None:
    """The campaign is finished, the log stands for it, and the bureau has not said yet that it has the response."""
    if is_acknowledged(campaign):
        raise CardsAcknowledged
    step = selectors.last_step(campaign.pk)
    # Whatever was recorded of the campaign has an earlier leaf than the one that says it is finished.
    if step is None or step.step != CampaignStep.Step.FINISHED or step.leaf_id is None:
        raise CardsNotReady
    sealings = SealedCards.objects.filter(campaign_id=campaign.pk).values_list("leaf_id", flat=True)
    if not all(is_under_checkpoint(leaf_id) for leaf_id in [step.leaf_id, *sealings]):
        raise CardsNotReady


def answers(campaign: Campaign) -> Iterator[Answered]:
    """A line for each request in the order of the requests, a chunk at a time; at the end they are those that were approved."""
    refused = _refused(campaign)
    digest = sha256()
    for number, items in all_items(campaign.pk):
        ours = pool.drawn(campaign.pk, number)
        asked = _requests(campaign.pk, number, items, ours)
        for line in asked:
            digest.update(line.written())
        yield from _of_chunk(campaign, number, asked, ours, refused.get(number, ""))
    if digest.hexdigest() != selectors.terms_of(campaign)["requests_sha256"]:
        raise CardRequestsChanged


def _requests(campaign_id: int, number: int, items: list[Item], ours: Mapping[int, PooledKey]) -> list[Asked]:
    """The bureau's own lines again: of a key that is ours they say nothing."""
    text = CardRequests.objects.filter(campaign_id=campaign_id, number=number).values_list(
        "requests", flat=True
    )
    requests = "".join(text).split("\n")
    if len(requests) != len(items):
        raise CardRequestsChanged
    return [
        Asked(request, item.record_id, b"" if place in ours else item.key)
        for place, (request, item) in enumerate(zip(requests, items, strict=True))
    ]


def _refused(campaign: Campaign) -> Mapping[int, str]:
    """The chunks that the signer would not sign, and why."""
    return {number: code for number, _, _, _, code, _, _ in chunk_selectors.states(campaign.pk) if code}


def _of_chunk(
    campaign: Campaign, number: int, asked: list[Asked], ours: Mapping[int, PooledKey], refused: str
) -> Iterator[Answered]:
    certificates = chunk_selectors.certificates_of(campaign.pk, number)
    failures = CampaignFailure.objects.filter(campaign_id=campaign.pk, number=number)
    why = dict(failures.values_list("place", "code"))
    revoked = revoked_among(certificate for certificate, _ in certificates.values())
    sealed = pool.sealed(ours.values()) if ours else {}
    for place, line in enumerate(asked):
        certificate, der = certificates.get(place, (None, b""))
        if certificate is None:
            code = why.get(place) or refused
            if not code:
                raise CardsNotReady
            yield Answered(False, failed(line.request, code))
        elif certificate in revoked:
            yield Answered(False, failed(line.request, REVOKED))
        elif place not in ours:
            yield Answered(True, issued(line.request, der, b""))
        elif ours[place].id in sealed:
            yield Answered(True, issued(line.request, der, sealed[ours[place].id]))
        else:
            yield Answered(False, failed(line.request, _why_not_sealed(campaign.pk, number)))


def _why_not_sealed(campaign_id: int, number: int) -> str:
    """Why the signer would not seal the keys of a chunk; while it has not said, there is no response.

    Where it sealed all that there was, no copy of this one is left: one lost key must not keep a batch from its bureau.
    """
    said = SealedCards.objects.filter(campaign_id=campaign_id, number=number).first()
    if said is None:
        raise CardsNotReady
    return said.code or KEY_DESTROYED
