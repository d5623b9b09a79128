"""A cohort's free period becomes longer: one row, from which every certificate's period is computed."""

from contextlib import suppress
from datetime import datetime

import structlog

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import selectors, services
from chopmark.authority.campaigns.cohort_planning import cohort_of
from chopmark.authority.campaigns.errors import CampaignMoved, CampaignNotProven
from chopmark.authority.campaigns.events import CohortExtended
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.proof import approved_chunks
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.subscriptions.models import CohortDecision
from chopmark.authority.subscriptions.selectors import is_decided
from chopmark.authority.subscriptions.services import give
from chopmark.pki.refusals import Refusal

log = structlog.get_logger("campaigns")


def work(campaign_id: int, *, now: datetime) -> bool:
    """Have a running change of a cohort take effect, once; answers whether it did. What does not prove waits for an operator."""
    campaign, worker = Campaign.objects.get(id=campaign_id), process("worker")
    if not selectors.changes_a_cohort(campaign.kind) or not selectors.is_running(campaign_id):
        return False
    if is_decided(campaign_id):
        return False
    try:
        take_effect(campaign=campaign, actor=worker, now=now)
    except CampaignMoved:  # another worker was at it
        return False
    except Refusal as refusal:
        log.error("campaign_not_proven", campaign=campaign.reference, code=refusal.code, **refusal.details)  # noqa: TRY400  no trace
        with suppress(CampaignMoved):  # another worker came first
            services.halt(reference=campaign.reference, actor=worker, now=now)
        return False
    return True


@act(AuditTag.SUBSCRIPTION_EXTENDED)
def take_effect(*, campaign: Campaign, actor: Actor, now: datetime) -> None:
    """Have what operators approved of a cohort hold from now on, for certificates that are still to come too (CPS 9.1.1)."""
    # 1. Once, whoever comes at the same time.
    services.hold(campaign.reference)
    if not selectors.is_running(campaign.pk) or is_decided(campaign.pk):
        raise CampaignMoved

    # 2. The operators ask for it: these terms are what they approved.
    if approved_chunks(campaign):
        raise CampaignNotProven(rule="chunks")
    terms = selectors.terms_of(campaign)

    # 3. The decision, its leaf, which tells the world as the tariff does, and the news of it.
    row = give(
        cohort=cohort_of(terms["matching"]),
        free_months=int(terms["free_months"]),
        campaign_id=campaign.pk,
        reference=campaign.reference,
        digest=bytes(campaign.digest),
        now=now,
    )
    leave(
        public={"free_months": row.free_months, **_by_days(terms["matching"], row)},
        payload={"actor": actor.id, "campaign": campaign.reference, "digest": bytes(row.digest).hex()},
        now=now,
        rows=[row],
    )
    hand_on(CohortExtended(campaign.pk))


def _by_days(asked: dict[str, str], row: CohortDecision) -> dict[str, str]:
    """The conditions as the world reads them: of a moment, the day that begins with it where the authority is."""
    days = {"issued_after": row.first_day, "issued_before": row.before_day}
    return asked | {name: day.isoformat() for name, day in days.items() if day is not None}
