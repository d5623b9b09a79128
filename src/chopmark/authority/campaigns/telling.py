"""Whoever holds a certificate that a replacement takes is told so before it goes: that a new one comes, or that she must come."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.events import ReplacementToTell
from chopmark.authority.campaigns.models import Campaign, CampaignChunk, CampaignFailure
from chopmark.authority.campaigns.packing import Replaced, unpack_replaced
from chopmark.authority.campaigns.replacing import PASSING, day_of_end
from chopmark.authority.catalogue.reading import current
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel import outbox
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.notices import selectors as told
from chopmark.authority.notices import services as notices
from chopmark.authority.notices.policy import Template, reference_of
from chopmark.authority.revocation.selectors import revoked_among

# Of one hand-over, as of what is revoked or offered.
AT_ONCE = 50


def tell_some(event: ReplacementToTell, actor: Actor, now: datetime) -> None:
    campaign = Campaign.objects.get(id=event.campaign_id)
    if day_of_end(campaign) <= now:
        return  # it is over: that it was revoked, its holder is told
    chunk = CampaignChunk.objects.get(campaign_id=campaign.pk, number=event.number)
    some = unpack_replaced(bytes(chunk.items))[event.first : event.first + AT_ONCE]
    failed = _failed(campaign, event.number)
    for one in _to_tell(some, failed):
        _tell(campaign, one, template_of(one, failed), actor, now)
    further = replace(event, first=event.first + AT_ONCE)
    if further.first < chunk.count and not outbox.waits(ReplacementToTell, **asdict(further)):
        outbox.hand_on(further, due_at=now)


def template_of(one: Replaced, failed: Collection[int]) -> Template:
    """Nobody brought a key for it, or nothing came of her line: then its holder must come."""
    must_come = one.place is None or one.place in failed
    return Template.CERTIFICATE_TO_REPLACE if must_come else Template.CERTIFICATE_REPLACED


def _failed(campaign: Campaign, number: int) -> set[int]:
    """The places of lines of which nothing comes; where our side refused one, she keeps what she has and need not come."""
    lines = number - selectors.line_chunks(campaign)
    failures = CampaignFailure.objects.filter(campaign_id=campaign.pk, number=lines)
    return set(failures.exclude(code__in=PASSING).values_list("place", flat=True))


def _to_tell(some: Iterable[Replaced], failed: Collection[int]) -> list[Replaced]:
    by_notice = {reference_of(template_of(one, failed), *one.certificate): one for one in some}
    known = told.asked_among(by_notice)
    revoked = revoked_among(one.certificate for one in by_notice.values())
    return [
        one
        for reference, one in by_notice.items()
        if reference not in known and one.certificate not in revoked
    ]


def _tell(campaign: Campaign, one: Replaced, template: Template, actor: Actor, now: datetime) -> None:
    certificate = issuance.recorded(*one.certificate)
    if certificate is None:
        return
    application = by_reference(certificate.application_reference)
    if application.record_id is None:
        return
    # Its day begins at midnight: the day before is the last on which all is as it was.
    last_day = current().authority.local(day_of_end(campaign) - timedelta(seconds=1)).date()
    notices.tell(
        template=template,
        certificate=one.certificate,
        application=application.reference,
        record_id=application.record_id,
        parameters={"last_day": last_day.isoformat(), "serial_number": one.certificate.serial_number.hex()},
        actor=actor,
        now=now,
    )
