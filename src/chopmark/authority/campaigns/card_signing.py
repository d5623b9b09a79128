"""The signer's part in a card bureau's batch: the keys that we made for a chunk are sealed to the bureau, and ours are gone.

What the worker says is only that a chunk's certificates are there. To whom, and that each key is of its line, the signer proves
from what operators approved.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import structlog
from django.db import transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.card_transport import require_transport_certificate
from chopmark.authority.campaigns.errors import CampaignNotProven
from chopmark.authority.campaigns.models import Campaign, CardBatch, CardSealRequest, SealedCards
from chopmark.authority.campaigns.packing import unpack
from chopmark.authority.campaigns.proof import approved_octets
from chopmark.authority.custody.errors import KeyNotInToken
from chopmark.authority.custody.token import Token
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.issuance.holding import trying
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.keymaking import pool, pool_signing
from chopmark.authority.keymaking.pool import PooledKey
from chopmark.authority.revocation.selectors import revoked_among
from chopmark.pki.refusals import Refusal

log = structlog.get_logger("signer")

AT_ONCE = 8
# The worker's word that a chunk is recorded is not believed: sealed before, its keys would never be.
WAITING = """
    select request.* from campaigns_cardsealrequest request
    where not exists (select from campaigns_sealedcards sealed
                      where sealed.campaign_id = request.campaign_id and sealed.number = request.number)
      and exists (select from issuance_certificate recorded where recorded.application_reference between
                  'CP' || lpad(request.campaign_id::text, 4, '0') || lpad(request.number::text, 5, '0') || '0000' and
                  'CP' || lpad(request.campaign_id::text, 4, '0') || lpad(request.number::text, 5, '0') || '9999')
    order by request.id limit %s
"""


def seal_one(*, token: Token, now: datetime) -> int:
    """Seal the keys of one chunk that waits; answers how many."""
    for request in list(CardSealRequest.objects.raw(WAITING, [AT_ONCE])):
        with trying(f"sealing {request.pk}") as mine:
            if mine and not _is_sealed(request):
                return _seal(request, token, now)
    return 0


def _is_sealed(request: CardSealRequest) -> bool:
    return SealedCards.objects.filter(campaign_id=request.campaign_id, number=request.number).exists()


def _seal(request: CardSealRequest, token: Token, now: datetime) -> int:
    try:
        # Before the act: a refusal within would be a leaf of the log in each round, for as long as the token is away.
        pool_signing.require_openable(pool.drawn(request.campaign_id, request.number).values(), token)
        return seal_chunk(request=request, token=token, actor=process("signer"), now=now)
    except KeyNotInToken as refusal:  # the token may have it again
        log.warning("seal_waits_for_token", code=refusal.code)
    except Refusal as refusal:
        _refuse(request, refusal, now)
    return 0


@act(AuditTag.CARDS_SEALED)
def seal_chunk(*, request: CardSealRequest, token: Token, actor: Actor, now: datetime) -> int:
    """Seal the keys of a chunk's certificates to the bureau that operators approved; our own copies go with it (CPS 6.1.2)."""
    campaign = Campaign.objects.get(id=request.campaign_id)
    transport = _approved_transport(campaign, now)
    pool_signing.hold_copies(alone=False)
    keys, certificates = _keys_to_seal(campaign, request.number)
    sealed = pool_signing.seal_keys(keys, certificates, token=token, transport_certificate_der=transport)
    row = SealedCards(
        campaign_id=campaign.pk,
        number=request.number,
        count=len(sealed),
        sha256=hashlib.sha256(b"".join(sealed)).digest(),
        code="",
        sealed_at=now,
    )
    row.leaf_id = leave(
        public={"count": len(sealed)},
        payload={"actor": actor.id, "campaign": campaign.reference, "chunk": request.number},
        now=now,
        rows=[row],
    )
    row.save(force_insert=True)
    return len(sealed)


def _approved_transport(campaign: Campaign, now: datetime) -> bytes:
    """The bureau's certificate, if it is the one that was approved and is still fit; `approved_octets` proves the rest."""
    batch = CardBatch.objects.filter(campaign_id=campaign.pk).first()
    transport = bytes(batch.transport_certificate or b"") if batch else b""
    if hashlib.sha256(transport).hexdigest() != selectors.terms_of(campaign).get("transport_sha256"):
        raise CampaignNotProven(rule="transport")
    require_transport_certificate(transport, now)
    return transport


def _keys_to_seal(campaign: Campaign, number: int) -> tuple[list[PooledKey], Mapping[int, bytes]]:
    """The keys of the lines that have a certificate in force, in their order, and by number the certificate."""
    items = unpack(approved_octets(campaign, number))
    issued = chunk_selectors.certificates_of(campaign.pk, number)
    drawn = {place: key for place, key in pool.drawn(campaign.pk, number).items() if place in issued}
    if any(place >= len(items) or items[place].key != key.spki for place, key in drawn.items()):
        raise CampaignNotProven(rule="keys")
    destroyed = pool_signing.purged_of(key.id for key in drawn.values())
    gone = revoked_among(certificate for certificate, _ in issued.values())
    keys = [key for place, key in drawn.items() if key.id not in destroyed and issued[place][0] not in gone]
    return keys, {key.id: issued[place][1] for place, key in drawn.items()}


@transaction.atomic
def _refuse(request: CardSealRequest, refusal: Refusal, now: datetime) -> None:
    """Once, with its leaf: what does not prove today does not prove tomorrow, and must not stand before others."""
    log.error("seal_refused", code=refusal.code)
    row = SealedCards(
        campaign_id=request.campaign_id,
        number=request.number,
        count=0,
        sha256=hashlib.sha256(b"").digest(),
        code=refusal.code,
        sealed_at=now,
    )
    row.leaf_id = leave(
        tag=AuditTag.CARDS_SEALED,
        public={"count": 0},
        payload={
            "campaign": request.campaign_id,
            "chunk": request.number,
            "code": refusal.code,
            "details": refusal.details,
        },
        now=now,
        rows=[row],
    )
    row.save(force_insert=True)
