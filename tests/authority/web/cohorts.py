"""Changes of cohorts as the console's tests and the pages' need them."""

import hashlib
from datetime import date

from chopmark.authority.campaigns.models import Campaign, CampaignTerms
from chopmark.authority.kernel import clock
from chopmark.authority.subscriptions.models import CohortDecision


def planned_cohort(count: int = 300_000, *, number: int = 1, free_months: int = 36) -> Campaign:
    """What the government decided of the cards of the first years: free for longer."""
    terms = {
        "matching": {"type": "smart-id", "issued_before": "2007-04-01T00:00:00+08:00"},
        "free_months": free_months,
    }
    campaign = Campaign.objects.create(
        reference=f"C2611{number:04d}", kind="cohort_change", type_code="smart-id", input="certificates", count=count,
        digest=hashlib.sha256(bytes([number])).digest(), planned_by="31088", planned_at=clock.now(),
        facts={
            **terms, "certificates": count, "holders": count - 4, "holders_with_page": 0,
            "begin_again": 12, "kept": 3, "already_revoked": 7,
            "expired": 11, "types": {"smart-id": count}, "outlets": {"DEMO": count - 1, "none": 1},
            "months": {"2006-11": 2, "2006-12": count - 2}, "currency": "HKD", "income_foregone_minor": count * 10_000,
        },
    )  # fmt: skip
    CampaignTerms.objects.create(campaign_id=campaign.pk, terms=terms)
    return campaign


def decided(
    campaign: Campaign, *, type_code: str = "smart-id", before: date = date(2007, 4, 1)
) -> CohortDecision:
    return CohortDecision.objects.create(
        campaign_id=campaign.pk,
        reference=campaign.reference,
        digest=campaign.digest,
        type_code=type_code,
        before_day=before,
        free_months=campaign.facts["free_months"],
        decided_at=clock.now(),
    )
