"""Revocations by the authority, each traced to what stands behind it: whoever else revokes under its name is named.

A worker may revoke, and a thief of it could. What he cannot write is what his revocations would have to come of: a plan that
enough operators approved, a claim of the signer's, a subscriber's refusal. So each leaf is asked, and not what its row says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chopmark.authority.applications.population import reference_of
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.errors import CampaignNotProven
from chopmark.authority.campaigns.models import Campaign, CampaignChunk, CampaignStep, RevokedChunk
from chopmark.authority.campaigns.packing import unpack_replaced
from chopmark.authority.campaigns.proof import approved_octets
from chopmark.authority.campaigns.replacement_planning import Then
from chopmark.authority.campaigns.replacing import kept
from chopmark.authority.catalogue.reading import current
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation.restoring import TOLD
from chopmark.config.audit.fault import Fault, rows
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import decode_leaf

STRETCH = 5000
_TAGS = (
    AuditTag.CERTIFICATE_REVOKED_BY_AUTHORITY,
    AuditTag.CERTIFICATE_REVOKED_BY_OFFICER,
    AuditTag.CERTIFICATE_REVOKED_BY_SUBSCRIBER,
    AuditTag.REVOCATION_RESTORED,
)
_AUTHORITY, _OFFICER, _SUBSCRIBER, _RESTORED = map(str, _TAGS)
LEAVES = """
    select leaf.id, leaf.entry, payload.payload ->> 'campaign', payload.payload ->> 'chunk', payload.payload ->> 'part'
    from audit_leaf leaf left join audit_payload payload on payload.leaf_id = leaf.id
    where leaf.id > %s
      and (position(%s::bytea in leaf.entry) > 0 or position(%s::bytea in leaf.entry) > 0
           or position(%s::bytea in leaf.entry) > 0 or position(%s::bytea in leaf.entry) > 0)
    order by leaf.id limit %s
"""
# What may stand behind one that is of no campaign, with the reason that is given then. An answer is to an offer, which was made
# when the certificate was there. A lapse came when its time was over, by the days of the pack that is in force; if that changed
# since the offer, nobody can say of one before.
BEHIND = """
    with asked as (select * from unnest(%(issuers)s::int[], %(serials)s::text[]) one (issuer_id, serial)),
         named as (select issuer_id, decode(serial, 'hex') serial_number from asked)
    select issuer_id, serial_number, 'unspecified' from named join issuance_spentclaim spent using (issuer_id, serial_number)
    where not exists (select from issuance_certificate recorded where recorded.issuer_id = named.issuer_id
                      and recorded.serial_number = named.serial_number and recorded.kind = spent.kind)
    union all
    select issuer_id, serial_number, 'unspecified' from named join custody_caintent using (issuer_id, serial_number)
    where not exists (select from custody_cacertificate recorded where recorded.issuer_id = named.issuer_id
                      and recorded.serial_number = named.serial_number)
    union all
    select issuer_id, serial_number, 'cessation_of_operation' from named
    join delivery_answer answer using (issuer_id, serial_number)
    join delivery_offer offer using (issuer_id, serial_number)
    join issuance_certificate recorded using (issuer_id, serial_number)
    where answer.answered_at >= offer.offered_at and offer.offered_at >= recorded.recorded_at
      and (answer.word = 'rejected'
           or answer.word = 'lapsed' and answer.answered_at >= offer.offered_at + make_interval(days => %(days)s)
           or answer.word = 'lapsed' and answer.answered_at < (select max(noted_at) from catalogue_edition
                                                               where noted_at > offer.offered_at))
    union all
    select issuer_id, serial_number, 'request ' || extract(epoch from at)::bigint from named
    join revocation_holdrequest using (issuer_id, serial_number) where act = 'revoke'
"""
SPENT_CHUNKS = """
    select chunk.issuer_id, chunk.serial_numbers from issuance_spentchunk spent
    join issuance_intendedchunk chunk on chunk.id = spent.chunk_id
    where not exists (select from issuance_certificate recorded where recorded.issuer_id = chunk.issuer_id
                      and recorded.serial_number = substring(chunk.serial_numbers from 1 for 16))
"""
RECORDED = "select application_reference from issuance_certificate where application_reference = any(%s)"
TOLD_AT = """
    select placed.position, leaf.entry from transparency_position placed join audit_leaf leaf on leaf.id = placed.leaf_id
    where placed.position = any(%s)
"""
LAST_PLACE = "select coalesce(max(position), -1) from transparency_position"
REVOKED = "select issuer_id, serial_number from revocation_revocation"
Part = tuple[str, int, int]  # a campaign's reference, the chunk, and which part of it
NO_PART: Part = ("", 0, 0)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one leaf says of one serial number."""

    tag: str
    about: CertificateId
    reason: str
    at: int
    part: Part | None
    position: int  # of what was restored: where the log told of it

    @property
    def name(self) -> str:
        return f"{self.about.issuer_id}/{self.about.serial_number.hex()}"


def check_behind() -> Iterator[Fault]:
    """Behind every leaf of a revocation by the authority stands what the authority revokes for, and for that reason.

    In a subscriber's name there is nothing to ask but her own word, which is the leaf; every revocation has one of these leaves.
    """
    counts: dict[Part, int] = defaultdict(int)
    spent = {
        CertificateId(issuer_id, bytes(octets)[at : at + 16])
        for issuer_id, octets in rows(SPENT_CHUNKS)
        for at in range(0, len(octets), 16)
    }
    named: set[CertificateId] = set()
    for said in _stretches():
        named.update(one.about for one in said)
        of_campaign = [one for one in said if one.part]
        for one in of_campaign:
            counts[one.part or NO_PART] += 1
        yield from _check_campaigns(of_campaign)
        yield from _check_others(
            [one for one in said if not one.part and one.tag in (_AUTHORITY, _OFFICER)], spent
        )
        yield from _check_restored([one for one in said if one.tag == _RESTORED])
    yield from _check_counts(counts)
    for issuer_id, serial_number in rows(REVOKED):
        if CertificateId(issuer_id, bytes(serial_number)) not in named:
            name = f"{issuer_id}/{bytes(serial_number).hex()}"
            yield Fault("revocation", name, "no leaf of a revocation says that it is revoked")


def _stretches() -> Iterator[list[_Said]]:
    last, found = 0, list[Any]([()])
    wanted = [f'"tag":"{tag}"'.encode() for tag in _TAGS]
    while found:
        found = list(rows(LEAVES, [last, *wanted, STRETCH]))
        if found:
            last = found[-1][0]
            yield [said for row in found if (said := _said(*row[1:]))]


def _said(entry: bytes, campaign: str | None, chunk: str | None, part: str | None) -> _Said | None:
    try:
        leaf = decode_leaf(bytes(entry))
        about = CertificateId(int(leaf.public["issuer"]), bytes.fromhex(str(leaf.public["serial_number"])))
    except (Refusal, KeyError, ValueError):  # it tells of none, or is no leaf, which another check names
        return None
    if leaf.refused or leaf.tag not in _TAGS:
        return None
    return _Said(
        leaf.tag,
        about,
        str(leaf.public.get("reason")),
        leaf.at,
        _part(campaign, chunk, part) if campaign and leaf.tag == _AUTHORITY else None,
        int(leaf.public.get("position", -1)),
    )


def _part(campaign: str, chunk: str | None, part: str | None) -> Part:
    try:
        return (campaign, int(chunk or 0), int(part or 0))
    except ValueError:  # whoever wrote that was no worker of ours
        return NO_PART


def _fault(one: _Said, sentence: str) -> Fault:
    return Fault("revocation", one.name, sentence)


# --- of a campaign ---


def _check_campaigns(said: Iterable[_Said]) -> Iterator[Fault]:
    of: dict[tuple[Part, int], list[_Said]] = defaultdict(list)
    for one in said:
        of[one.part or NO_PART, one.at].append(one)
    for (part, at), some in of.items():
        why = _why_not(part, at)
        approved = None if why else _approved(part, at)
        for one in some:
            sentence = approved.why_not(one) if approved else why
            if sentence:
                yield _fault(one, f"a campaign revoked it by its leaf, and {sentence}")


@dataclass(frozen=True, slots=True)
class _Approved:
    """What goes by a chunk as operators approved it, and for what reason."""

    going: Mapping[CertificateId, str]  # for each, the application that replaces it, if there is one
    reason: str
    before_its_day: bool
    renewed: Collection[str]  # of these applications, those that have a certificate
    stays: Collection[CertificateId]  # for which none came, where that was no reason to revoke them

    def why_not(self, one: _Said) -> str:
        if one.about not in self.going:
            return "it is not in that chunk"
        if one.reason != self.reason:
            return f"what was approved is {self.reason}"
        if self.before_its_day and self.going[one.about] not in self.renewed:
            return "its day had not come"
        if one.about in self.stays:
            return "without a new one it was to stay"
        return ""


def _approved(part: Part, at: int) -> _Approved:
    campaign = selectors.by_reference(part[0])
    terms = selectors.terms_of(campaign)
    if campaign.kind != Campaign.Kind.MASS_REPLACEMENT:
        going = dict.fromkeys(selectors.certificates_in(campaign, part[1]), "")
        return _Approved(going, terms["reason"], before_its_day=False, renewed=(), stays=())
    lines = part[1] - selectors.line_chunks(campaign)
    octets = bytes(CampaignChunk.objects.get(campaign_id=campaign.pk, number=part[1]).items)
    going = {
        one.certificate: "" if one.place is None else reference_of(campaign.pk, lines, one.place)
        for one in unpack_replaced(octets)
    }
    before = at < _moment(terms["by"])
    may_go = not before or terms["overlap_days"] is not None
    renewed = {reference for (reference,) in rows(RECORDED, [list(going.values())])} if may_go else set[str]()
    without = {one for one, reference in going.items() if reference not in renewed}
    stays = without if terms["then"] == Then.REPORT else without & set(kept(campaign, part[1], octets))
    return _Approved(going, terms["reason"], before_its_day=before, renewed=renewed, stays=stays)


def _why_not(part: Part, at: int) -> str:
    """Why nothing of a campaign's chunk may have been revoked then; or nothing."""
    reference, number, place = part
    campaign = Campaign.objects.filter(reference=reference).first()
    if campaign is None:
        return "there is no such campaign"
    if not selectors.is_of_certificates(campaign, number):
        return "that chunk has no certificates that go"
    try:
        approved_octets(campaign, number)
    except CampaignNotProven as refusal:
        return f"it is not what operators approved ({refusal.details['rule']})"
    done = RevokedChunk.objects.filter(campaign_id=campaign.pk, number=number, part=place).first()
    if done is None or int(done.revoked_at.timestamp()) != at:
        return "no such chunk of it was done then"
    started = CampaignStep.objects.filter(campaign_id=campaign.pk, step=CampaignStep.Step.STARTED).first()
    if started is None or int(started.at.timestamp()) > at:
        return "it was not started then"
    return ""


def _moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _check_counts(counts: Mapping[Part, int]) -> Iterator[Fault]:
    """A chunk that is done says how many went with it: as many leaves do."""
    for (reference, number, part), many in counts.items():
        done = RevokedChunk.objects.filter(
            campaign_id__in=Campaign.objects.filter(reference=reference).values("id"),
            number=number,
            part=part,
        )
        for said in done.values_list("revoked", flat=True):
            if said != many:
                name = f"campaign {reference} chunk {number}"
                yield Fault(
                    "chunk", name, f"{many} leaves say that they are of its part {part}, and it says {said}"
                )


# --- of none ---


def _check_others(said: Sequence[_Said], spent: set[CertificateId]) -> Iterator[Fault]:
    found: dict[CertificateId, set[str]] = defaultdict(set)
    asked: dict[str, Any] = {
        "issuers": [one.about.issuer_id for one in said],
        "serials": [one.about.serial_number.hex() for one in said],
        "days": current().authority.acceptance_days,
    }
    for issuer_id, serial_number, reason in rows(BEHIND, asked) if said else ():
        found[CertificateId(issuer_id, bytes(serial_number))].add(reason)
    for one in said:
        stands = found[one.about] | ({"unspecified"} if one.about in spent else set())
        wanted = one.reason if one.tag == _AUTHORITY else f"request {one.at}"
        if wanted not in stands:
            yield _fault(one, "it was revoked, and nothing stands behind it")


def _check_restored(said: Sequence[_Said]) -> Iterator[Fault]:
    """What was brought back from the log, a hold or a release too, stands in the log at the place that its leaf names."""
    if not said:
        return
    told = {at: _about(bytes(entry)) for at, entry in rows(TOLD_AT, [[one.position for one in said]])}
    ((last,),) = rows(LAST_PLACE)
    for one in said:
        # What came after the backup is in the public log alone: its places are not here to be asked.
        if one.position <= last and told.get(one.position) != one.about:
            yield _fault(one, f"it was brought back, and entry {one.position} of the log does not tell of it")


def _about(entry: bytes) -> CertificateId | None:
    """The certificate that an entry told of when something was first done to it."""
    leaf = decode_leaf(entry)
    if leaf.refused or leaf.tag not in TOLD:
        return None
    return CertificateId(int(leaf.public["issuer"]), bytes.fromhex(str(leaf.public["serial_number"])))
