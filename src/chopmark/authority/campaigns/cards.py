"""A card bureau's batch as a campaign: planned from its requests, answered by a response, acknowledged."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import card_selectors, selectors
from chopmark.authority.campaigns.card_planning import CardsPlanned
from chopmark.authority.campaigns.errors import (
    CardBatchRepeated,
    CardsAcknowledged,
    ResponseUnknown,
)
from chopmark.authority.campaigns.events import CardsKept
from chopmark.authority.campaigns.models import (
    Campaign,
    CardAcknowledgement,
    CardBatch,
    CardRequests,
    CardResponse,
)
from chopmark.authority.campaigns.packing import Item, pack
from chopmark.authority.campaigns.planning import CHUNK, Planned, Wanted
from chopmark.authority.campaigns.services import write_down
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.keymaking import pool
from chopmark.authority.keymaking.pool import Draw, PooledKey
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission


@act(AuditTag.CAMPAIGN_PLANNED)
def write_cards(*, wanted: Wanted, planned: CardsPlanned, actor: Actor, now: datetime) -> Campaign:
    """Write a bureau's batch down as a plan, each line with its key; the same batch is refused a second time."""
    # 1. Keys of the pool for the lines without one, while no other plan draws.
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
    taken = iter(_taken(planned))
    keys = [None if line.spki else next(taken) for line in planned.lines]

    # 2. The plan; operators approve what the bureau asked, which keys are ours, and to whom those are sealed.
    items = [
        Item(line.record_id, key.spki if key else line.spki)
        for line, key in zip(planned.lines, keys, strict=True)
    ]
    chunks = [items[at : at + CHUNK] for at in range(0, len(items), CHUNK)]
    campaign = write_down(
        Campaign(
            kind=Campaign.Kind.POPULATION_ISSUE,
            type_code=wanted.type_code,
            input=wanted.input,
            agreement=wanted.agreement,
            grant_id=wanted.grant_id,
            purpose=wanted.purpose,
        ),
        Planned(
            count=len(items), chunks=[(len(chunk), pack(chunk)) for chunk in chunks], facts=planned.facts
        ),
        planned.as_terms(),
        {"type": wanted.type_code},
        actor,
        now,
    )

    # 3. Each key that was taken is its line's for good.
    pool.draw(
        campaign.pk,
        (Draw(key.id, at // CHUNK, at % CHUNK) for at, key in enumerate(keys) if key is not None),
    )
    _keep_requests(campaign, planned, actor, now)
    return campaign


def _taken(planned: CardsPlanned) -> Sequence[PooledKey]:
    if planned.ours is None:
        return ()
    return pool.free_keys(planned.ours.algorithm, planned.to_draw)


def _keep_requests(campaign: Campaign, planned: CardsPlanned, actor: Actor, now: datetime) -> None:
    requests = [
        CardRequests(
            campaign_id=campaign.pk,
            number=number,
            requests="\n".join(line.request for line in planned.lines[at : at + CHUNK]),
        )
        for number, at in enumerate(range(0, len(planned.lines), CHUNK))
    ]
    try:
        with transaction.atomic():
            batch = CardBatch.objects.create(
                campaign_id=campaign.pk,
                bureau=planned.bureau,
                batch=planned.batch,
                transport_certificate=planned.ours and planned.ours.transport_certificate,
            )
    except IntegrityError:
        raise CardBatchRepeated from None
    CardRequests.objects.bulk_create(requests, batch_size=50)
    leave(
        tag=AuditTag.CARDS_REQUESTED,
        public={"count": len(planned.lines), "drawn": planned.to_draw},
        payload={"actor": actor.id, "campaign": campaign.reference},
        now=now,
        rows=[batch, *requests],
    )


@act(AuditTag.CARDS_ANSWERED)
def record_response(
    *, reference: str, sha256: bytes, issued: int, failed: int, actor: Actor, now: datetime
) -> None:
    """Say under which digest a response was written for the bureau; the same file again is the same response."""
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
    campaign = selectors.by_reference(reference)
    card_selectors.batch_of(campaign)
    response = CardResponse.objects.filter(campaign_id=campaign.pk, sha256=sha256).first()
    rows = []
    if response is None:
        response = CardResponse.objects.create(
            campaign_id=campaign.pk, sha256=sha256, issued=issued, failed=failed, written_at=now
        )
        rows = [response]
    leave(
        public={"response_sha256": sha256.hex(), "issued": issued, "failed": failed},
        payload={"actor": actor.id, "campaign": campaign.reference},
        now=now,
        rows=rows,
    )


@act(AuditTag.CARDS_ACKNOWLEDGED)
def acknowledge(*, reference: str, sha256: bytes, actor: Actor, now: datetime) -> None:
    """The bureau has the response of this digest: nothing of it is kept for her any longer (CPS 6.1.2)."""
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
    campaign = selectors.by_reference(reference)
    card_selectors.batch_of(campaign)
    if not CardResponse.objects.filter(campaign_id=campaign.pk, sha256=sha256).exists():
        raise ResponseUnknown
    if card_selectors.is_acknowledged(campaign):
        raise CardsAcknowledged
    row = CardAcknowledgement.objects.create(
        campaign_id=campaign.pk, sha256=sha256, actor=actor.id, acknowledged_at=now
    )
    leave(
        public={"response_sha256": sha256.hex()},
        payload={"actor": actor.id, "campaign": campaign.reference},
        now=now,
        rows=[row],
    )
    hand_on(CardsKept(campaign.pk))
