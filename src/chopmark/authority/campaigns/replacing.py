"""What is due of a mass replacement: whatever was replaced, when its overlap is over, and the rest when the day has come.

The chunks of lines come first, and are done as those of a population issue. Then, for each of them, one with the certificates
that its lines replace; then those for which there is no line. Certificates of one chunk are recorded in one transaction, so what
it replaces is due together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from chopmark.authority.applications.population import place_in, reference_of
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.models import Campaign, CampaignChunk, CampaignFailure, RevokedChunk
from chopmark.authority.campaigns.packing import Replaced, unpack_replaced
from chopmark.authority.campaigns.replacement_planning import Then
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.issuance.models import Certificate, Kind
from chopmark.authority.issuance.press import places_from
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation.selectors import revoked_among

# What the owner's strongroom says of a line today and may not say tomorrow.
PASSING = ("kek_unknown", "record_limit_reached")


@dataclass(frozen=True, slots=True)
class Due:
    """What of a chunk of certificates is to be revoked now; and of which nothing comes, by their places."""

    certificates: Sequence[CertificateId]
    failed: Mapping[int, str]
    is_last: bool


def day_of_end(campaign: Campaign) -> datetime:
    """The moment by which a replacement's certificates go."""
    return datetime.fromisoformat(selectors.terms_of(campaign)["by"])


def due_chunks(campaign_id: int, now: datetime) -> list[int]:
    """The chunks of certificates of which something is to be done now."""
    campaign = Campaign.objects.get(id=campaign_id)
    if campaign.kind != Campaign.Kind.MASS_REPLACEMENT:
        return []
    lines = selectors.line_chunks(campaign)
    chunks = CampaignChunk.objects.filter(campaign_id=campaign_id, number__gte=lines).order_by("number")
    done = RevokedChunk.objects.filter(campaign_id=campaign_id)
    left = set(chunks.values_list("number", flat=True)) - _numbers(done.filter(is_last=True))
    if _is_over(campaign, now):
        return sorted(left)
    return sorted((left - _numbers(done)) & _overlapped(campaign, lines, now))


def due_of(campaign: Campaign, number: int, octets: bytes, now: datetime) -> Due:
    """What the terms say of this chunk now, which is one of `due_chunks`."""
    items, is_over = unpack_replaced(octets), _is_over(campaign, now)
    renewed = _renewed(campaign, number, items)
    revoked = revoked_among(item.certificate for item in items)
    standing = [(at, item) for at, item in enumerate(items) if item.certificate not in revoked]
    due = [item.certificate for _, item in standing if item.place in renewed]
    if not is_over:
        return Due(due, {}, is_last=False)

    # Whoever brought a key does not pay for it that a machine of ours would not sign: hers stays good, whatever comes then.
    refused = _refused_by_us(campaign, number)
    kept = {at: selectors.LINE_REFUSED for at, item in standing if item.place in refused - renewed}
    others = {at: item for at, item in standing if item.place not in renewed and at not in kept}
    if selectors.terms_of(campaign)["then"] == Then.REVOKE:
        return Due([*due, *(item.certificate for item in others.values())], kept, is_last=True)
    return Due(due, kept | dict.fromkeys(others, selectors.UNREACHABLE), is_last=True)


def kept(campaign: Campaign, number: int, octets: bytes) -> list[CertificateId]:
    """Which of a chunk stay whatever the terms say, unless a new one came for them: those whose line was refused on our side."""
    refused = _refused_by_us(campaign, number)
    return [item.certificate for item in unpack_replaced(octets) if item.place in refused]


def _numbers(done: QuerySet[RevokedChunk]) -> set[int]:
    return set(done.values_list("number", flat=True))


def _is_over(campaign: Campaign, now: datetime) -> bool:
    """The day has come, and no line is on its way to a certificate any more."""
    return now >= day_of_end(campaign) and not _lines_pending(campaign)


def _lines_pending(campaign: Campaign) -> int:
    """How many lines of a replacement are neither certificates nor failed."""
    lines = int(selectors.terms_of(campaign)["lines"])
    live = [one for one in chunk_selectors.states(campaign.pk) if not one[-2]]
    waiting = {number for number, _, _, _, code, _, recorded in live if not (code or recorded)}
    ended = {number: count for number, _, count, *_ in live if number not in waiting}
    failed = CampaignFailure.objects.filter(
        campaign_id=campaign.pk, number__lt=selectors.line_chunks(campaign)
    )
    return lines - sum(ended.values()) - failed.count()


def _overlapped(campaign: Campaign, lines: int, now: datetime) -> set[int]:
    """Chunks whose certificates have stood beside the new ones for as long as the terms say."""
    days = selectors.terms_of(campaign)["overlap_days"]
    if days is None:
        return set()
    recorded = chunk_selectors.moments(campaign.pk)
    return {lines + number for number, _, at in recorded if at + timedelta(days=days) <= now}


def _refused_by_us(campaign: Campaign, number: int) -> set[int | None]:
    """The places of lines that came to nothing for no fault of whoever brought the key: here, or with the owner for a time."""
    lines = number - selectors.line_chunks(campaign)
    passing = CampaignFailure.objects.filter(
        campaign_id=campaign.pk, number=lines, code__in=PASSING
    ).values_list("place", flat=True)
    refused = chunk_selectors.refused_attempts(campaign.pk, lines)
    return {*passing, *(place for one in refused for place in places_from(bytes(one.places)))}


def _renewed(campaign: Campaign, number: int, items: Sequence[Replaced]) -> set[int | None]:
    """The places of lines that became certificates which are not revoked themselves."""
    lines = number - selectors.line_chunks(campaign)
    references = [reference_of(campaign.pk, lines, item.place) for item in items if item.place is not None]
    rows = Certificate.objects.filter(application_reference__in=references, kind=Kind.CERTIFICATE)
    new = {
        CertificateId(issuer_id, bytes(serial_number)): place_in(reference)
        for issuer_id, serial_number, reference in rows.values_list(
            "issuer_id", "serial_number", "application_reference"
        )
    }
    revoked = revoked_among(new)
    return {place for one, place in new.items() if one not in revoked}
