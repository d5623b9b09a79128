"""The signer's part in a campaign: a chunk that waits is proved from its roots, and goes through the certificate door.

The verdicts of the worker are believed in nothing: see `proof` and `issuance.chunk_signing`.
"""

from datetime import datetime

import structlog

from chopmark.authority.campaigns import card_purging, card_signing
from chopmark.authority.campaigns.proof import proven_lines
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.shapes import key_policy
from chopmark.authority.custody.token import Token
from chopmark.authority.issuance.chunk_selectors import still_waits, waiting_chunks
from chopmark.authority.issuance.chunk_signing import Checked, check_chunk, refuse_chunk, sign_chunk
from chopmark.authority.issuance.errors import ChunkNotOurs
from chopmark.authority.issuance.holding import trying_chunk
from chopmark.authority.issuance.models import IntendedChunk
from chopmark.authority.issuance.press import places_from
from chopmark.authority.transparency import witnesses
from chopmark.pki.refusals import Refusal

log = structlog.get_logger("signer")

# Looked at in one round: more than there are signers, so that each finds one that no other is at.
AT_ONCE = 8


def run_once(*, token: Token, now: datetime, claimer: int) -> int:
    """Sign a chunk that waits, seal the keys of one to its card bureau, destroy some; answers how many it did."""
    done = _sign_one(token, now, claimer) + card_signing.seal_one(token=token, now=now)
    return done + card_purging.purge_asked(now=now)


def _sign_one(token: Token, now: datetime, claimer: int) -> int:
    waiting = waiting_chunks(AT_ONCE)
    if waiting and witnesses.are_late(now=now):
        log.warning("issuing_paused", why="no quorum of witnesses", chunks=len(waiting))
        return 0
    for chunk_id in waiting:
        with trying_chunk(chunk_id) as mine:
            chunk = still_waits(chunk_id) if mine else None
            if chunk is not None:
                # One a round: checkpoints and lists do not wait for a whole campaign.
                return _sign(chunk, token, now, claimer)
    return 0


def _sign(chunk: IntendedChunk, token: Token, now: datetime, claimer: int) -> int:
    try:
        checked = _as_we_would(chunk, now)
    except Refusal as refusal:
        refuse_chunk(chunk, refusal, now)
        return 0
    try:
        return sign_chunk(checked, token=token, now=now, claimer=claimer)
    except (
        ChunkNotOurs
    ) as refusal:  # and nothing else: a key that is away today is no reason to refuse for good
        refuse_chunk(chunk, refusal, now)
        return 0


def _as_we_would(chunk: IntendedChunk, now: datetime) -> Checked:
    """The owner's words, the operators' approvals and our own pack give these bytes; or a refusal."""
    kind = catalogue.require_recognised(chunk.type_code, chunk.composed_at)
    lines = proven_lines(
        chunk.campaign_id,
        chunk.number,
        places_from(bytes(chunk.places)),
        type_code=chunk.type_code,
        policy=key_policy(kind, now),
    )
    return check_chunk(chunk, lines, now)
