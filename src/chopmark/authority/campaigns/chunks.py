"""A chunk in the worker: its names are opened under the owner's grant, then its certificates are intended.

Each half is one transaction under the chunk's lock and finds its work done when it comes a second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.db import models

from chopmark.authority.applications.errors import KeyRepeated
from chopmark.authority.applications.population import (
    Named,
    add_named,
    keys_in_use,
    lines_of,
    refuse_lines,
)
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import notice_queue, selectors
from chopmark.authority.campaigns.errors import CampaignNotProven
from chopmark.authority.campaigns.models import Campaign, CampaignChunk, CampaignFailure, CampaignRoll
from chopmark.authority.campaigns.packing import Item, unpack
from chopmark.authority.campaigns.planning import spki_of
from chopmark.authority.issuance.chunk_selectors import live_intent
from chopmark.authority.issuance.chunks import Chance, ChunkToIntend, intend_chunk
from chopmark.authority.issuance.errors import ChunkAlreadyIntended
from chopmark.authority.issuance.holding import hold_chunk
from chopmark.authority.issuance.press import PrintLine
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.participants.population import srns_of, subscribers_for
from chopmark.pki.keys import spki_sha256
from chopmark.strongroom.client import RollLine

IN_ONE_CALL = 500  # records; the owner's policy allows no more


class Opener(Protocol):
    """The strongroom's machine door, or whoever stands for it: some records' fields, and the owner's roll over them."""

    def open_roll(
        self, *, grant: UUID, purpose: str, records: Sequence[UUID], type_code: str, actor: str
    ) -> tuple[Mapping[UUID, RollLine | str], str]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """What the owner said of a chunk's records, in the order of the lines, and her rolls over it."""

    lines: Sequence[Named]
    refused: Mapping[int, str]
    rolls: Sequence[str]


def work(campaign_id: int, number: int, *, opener: Opener, randomness: Chance, now: datetime) -> bool:
    """Do a chunk as far as the worker can; answers whether there was anything to do."""
    if not selectors.is_running(campaign_id) or live_intent(campaign_id, number) is not None:
        return False
    campaign = Campaign.objects.get(id=campaign_id)
    chunk = CampaignChunk.objects.get(campaign_id=campaign_id, number=number)
    items = unpack(bytes(chunk.items))
    worker = process("worker")
    if not _is_named(campaign_id, number):
        # Outside any transaction: the openings are durable there before anything is written here.
        opened = _opened(campaign, items, opener)
        name_chunk(campaign=campaign, number=number, opened=opened, actor=worker, now=now)
    lines = _lines_to_print(campaign, number, items)
    if not lines:
        return True
    try:
        intend_chunk(
            chunk=ChunkToIntend(
                campaign_id=campaign_id,
                number=number,
                type_code=campaign.type_code,
                lines=lines,
                keep_failed=lambda failed: _keep_failed(campaign_id, number, failed, now),
            ),
            randomness=randomness,
            actor=worker,
            now=now,
        )
    except ChunkAlreadyIntended:  # another worker was at it
        return False
    return True


def all_items(campaign_id: int) -> Iterator[tuple[int, list[Item]]]:
    """The lines of every chunk, by its number, one chunk at a time."""
    chunks = CampaignChunk.objects.filter(campaign_id=campaign_id).order_by("number")
    for number, items in chunks.values_list("number", "items").iterator(chunk_size=1):
        yield number, unpack(bytes(items))


def _is_named(campaign_id: int, number: int) -> bool:
    return CampaignRoll.objects.filter(campaign_id=campaign_id, number=number).exists() or (
        CampaignFailure.objects.filter(campaign_id=campaign_id, number=number).exists()
    )


def _opened(campaign: Campaign, items: Sequence[Item], opener: Opener) -> Opened:
    lines: list[Named] = []
    refused: dict[int, str] = {}
    rolls: list[str] = []
    if campaign.grant_id is None:  # of a kind that opens no record
        raise CampaignNotProven(rule="grant")
    for at in range(0, len(items), IN_ONE_CALL):
        found, roll = opener.open_roll(
            grant=campaign.grant_id,
            purpose=campaign.purpose,
            records=[item.record_id for item in items[at : at + IN_ONE_CALL]],
            type_code=campaign.type_code,
            actor="worker",
        )
        for place, item in enumerate(items[at : at + IN_ONE_CALL], at):
            said = found[item.record_id]
            if isinstance(said, str):
                refused[place] = said
            else:
                lines.append(_named(place, item, said, campaign.input))
        if roll:
            rolls.append(roll)
    return Opened(lines, refused, rolls)


def _named(place: int, item: Item, said: RollLine, kind: str) -> Named:
    digest = spki_sha256(spki_of(item, kind))
    return Named(place, item.record_id, said.name, said.email, said.age_band, digest)


@act(AuditTag.CHUNK_NAMED)
def name_chunk(*, campaign: Campaign, number: int, opened: Opened, actor: Actor, now: datetime) -> None:
    """Write down what the owner said of a chunk's lines, as applications, under her rolls (CPS 4.1, 4.2)."""
    hold_chunk(campaign.pk, number)
    rows: list[models.Model] = []
    if not _is_named(campaign.pk, number):
        used = keys_in_use(line.spki_sha256 for line in opened.lines)
        lines = [_going_on(line, used) for line in opened.lines]
        failed = {line.place: KeyRepeated.code for line in lines if not line.goes_on} | dict(opened.refused)
        subscribers_for([line.record_id for line in lines], now)
        add_named(
            lines,
            campaign=campaign.pk,
            chunk=number,
            type_code=campaign.type_code,
            agreement=campaign.agreement,
            now=now,
        )
        rows = [
            *_keep_rolls(campaign.pk, number, opened.rolls, now),
            *_failures(campaign.pk, number, failed, now),
        ]
    leave(payload={"campaign": campaign.reference, "chunk": number}, now=now, rows=rows)


def _going_on(line: Named, used: frozenset[bytes]) -> Named:
    if line.spki_sha256 not in used:
        return line
    return Named(
        line.place, line.record_id, line.name, line.email, line.age_band, line.spki_sha256, goes_on=False
    )


def _keep_rolls(campaign_id: int, number: int, rolls: Sequence[str], now: datetime) -> list[models.Model]:
    return [
        CampaignRoll.objects.create(
            campaign_id=campaign_id, number=number, part=part, roll=roll, opened_at=now
        )
        for part, roll in enumerate(rolls)
    ]


def _keep_failed(
    campaign_id: int, number: int, failed: Mapping[int, str], now: datetime
) -> list[models.Model]:
    refuse_lines(campaign_id, number, failed)
    return _failures(campaign_id, number, failed, now)


def _failures(campaign_id: int, number: int, failed: Mapping[int, str], now: datetime) -> list[models.Model]:
    if failed:
        notice_queue.tell_of_failed(campaign_id, number, now)
    return [
        CampaignFailure.objects.create(
            campaign_id=campaign_id, number=number, place=place, code=code, failed_at=now
        )
        for place, code in sorted(failed.items())
    ]


def _lines_to_print(campaign: Campaign, number: int, items: Sequence[Item]) -> list[PrintLine]:
    named = [line for line in lines_of(campaign.pk, number) if line.goes_on]
    srns = srns_of([line.record_id for line in named])
    return [
        PrintLine(
            place=line.place,
            name=line.name,
            email=line.email,
            age_band=line.age_band,
            srn=srns[line.record_id],
            spki_der=spki_of(items[line.place], campaign.input),
        )
        for line in named
    ]
