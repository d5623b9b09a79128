"""What stands behind a chunk, proved again by whoever is about to sign it.

A thief of the worker can write applications, rolls and intents. What he cannot write are the campaign, its chunks and the
operators' approvals, which are the operators' tables, and the owner's signature over the names.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

from django.conf import settings

from chopmark.authority.applications.population import Named, lines_of
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.errors import CampaignNotProven
from chopmark.authority.campaigns.models import Campaign, CampaignChunk, CampaignRoll
from chopmark.authority.campaigns.packing import Item, chunk_digest, unpack
from chopmark.authority.campaigns.planning import spki_of
from chopmark.authority.issuance.chunk_signing import CLOCKS_DIFFER_BY
from chopmark.authority.issuance.press import PrintLine
from chopmark.authority.participants.population import srns_of
from chopmark.pki.keys import KeyPolicy, require_good_key
from chopmark.strongroom.client import RollLine, RollReceipt, read_receipt, roll_digest


def proven_lines(
    campaign_id: int, number: int, places: Sequence[int], *, type_code: str, policy: KeyPolicy
) -> list[PrintLine]:
    """What may be printed for these lines of a chunk; each of the things below holds, or `CampaignNotProven`."""
    campaign = Campaign.objects.filter(id=campaign_id).first()
    if campaign is None or campaign.type_code != type_code or selectors.is_of_certificates(campaign, number):
        raise CampaignNotProven(rule="campaign")
    items = unpack(approved_octets(campaign, number))
    named = lines_of(campaign_id, number)
    _require_owners_word(campaign, number, named)
    by_place = {line.place: line for line in named}
    _require(len(set(places)) == len(places) and set(places) <= by_place.keys(), "places")
    chosen = [_agreeing(items, by_place[place]) for place in places]
    srns = srns_of([line.record_id for line, _ in chosen])
    _require(len(srns) == len(chosen), "numbers")
    return [
        PrintLine(
            place=line.place,
            name=line.name,
            email=line.email,
            age_band=line.age_band,
            srn=srns[line.record_id],
            spki_der=_good_key(item, campaign.input, policy),
        )
        for line, item in chosen
    ]


def approved_octets(campaign: Campaign, number: int) -> bytes:
    """The lines of the chunk, packed, as enough operators have approved them."""
    digests = approved_chunks(campaign)
    chunk = CampaignChunk.objects.filter(campaign_id=campaign.pk, number=number).first()
    if chunk is None or not 0 <= number < len(digests):
        raise CampaignNotProven(rule="chunk")
    items = bytes(chunk.items)
    _require(chunk_digest(items) == digests[number] == bytes(chunk.digest), "items")
    return items


def approved_chunks(campaign: Campaign) -> list[bytes]:
    """The digest of each chunk; the campaign and its terms are what enough operators have approved."""
    digests = selectors.chunk_digests(campaign.pk)
    _require(selectors.digest_of(campaign, digests) == bytes(campaign.digest), "digest")
    _require(selectors.is_approved(campaign), "approved")
    return digests


def _require_owners_word(campaign: Campaign, number: int, named: Sequence[Named]) -> None:
    """The owner's rolls are of this campaign's grant, and these lines, in this order, are what they are over."""
    rest = iter(named)
    covered = 0
    for text in _rolls(campaign.pk, number):
        roll = read_receipt(text, key=settings.CHOPMARK_DESK_RECEIPT_KEY)
        if not isinstance(roll, RollReceipt):
            raise CampaignNotProven(rule="roll")
        of = (roll.grant, roll.purpose, roll.type)
        _require(of == (campaign.grant_id, campaign.purpose, campaign.type_code), "roll")
        # What she said for an earlier campaign under the same grant is no word for this one.
        _require(roll.at >= (campaign.planned_at - CLOCKS_DIFFER_BY).timestamp(), "moment")
        _require(roll_digest(_said(islice(rest, roll.count))) == roll.sha256, "names")
        covered += roll.count
    _require(covered == len(named) > 0, "names")


def _rolls(campaign_id: int, number: int) -> list[str]:
    rolls = CampaignRoll.objects.filter(campaign_id=campaign_id, number=number).order_by("part")
    return list(rolls.values_list("roll", flat=True))


def _said(lines: Iterable[Named]) -> Iterable[RollLine]:
    return (RollLine(line.record_id, line.name, line.email, line.age_band) for line in lines)


def _agreeing(items: Sequence[Item], line: Named) -> tuple[Named, Item]:
    """The name and the key are of the same record, by the file that was approved and by the owner."""
    _require(line.place < len(items), "places")
    item = items[line.place]
    _require(item.record_id == line.record_id and line.goes_on, "record")
    return line, item


def _good_key(item: Item, kind: str, policy: KeyPolicy) -> bytes:
    spki = spki_of(item, kind)
    require_good_key(spki, policy)
    return spki


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise CampaignNotProven(rule=rule)
