"""Decisions about cohorts: each is what operators approved, in force once, and gives nobody less than one before it.

That a leaf speaks of each as it stands, `promises.py` holds.
"""

import json
from collections.abc import Iterator

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.cohort_planning import cohort_of
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.subscriptions.errors import PeriodShortened
from chopmark.authority.subscriptions.models import CohortDecision
from chopmark.authority.subscriptions.policy import Given, require_extends
from chopmark.authority.subscriptions.selectors import cohort_in
from chopmark.config.audit.fault import Fault, rows

# Its leaf says openly what the world was told; the row of `promises.py` alone would not show that the two are one.
TOLD = """
    select convert_from(leaf.entry, 'UTF8')::jsonb -> 'public' from audit_leaf leaf
    join audit_payload payload on payload.leaf_id = leaf.id
    where payload.payload ->> 'campaign' = %s
      and convert_from(leaf.entry, 'UTF8')::jsonb ->> 'tag' = 'subscription:extended'
      and not convert_from(leaf.entry, 'UTF8')::jsonb ? 'refused'
"""
UNDONE = """
    select campaign.reference from campaigns_campaign campaign
    join campaigns_campaignstep step on step.campaign_id = campaign.id and step.step = 'finished'
    where campaign.kind = 'cohort_change'
      and not exists (select from subscriptions_cohortdecision decision where decision.campaign_id = campaign.id)
"""


def check_cohorts() -> Iterator[Fault]:
    earlier: list[Given] = []
    for row in CohortDecision.objects.order_by("id"):
        for sentence in _of(row):
            yield Fault("cohort", row.reference, sentence)
        try:
            require_extends(cohort_in(row), row.free_months, earlier)
        except PeriodShortened as shortened:
            before = shortened.details["decision"]
            yield Fault("cohort", row.reference, f"it gives less than {before} gave to some of the same")
        earlier.append(Given(row.reference, cohort_in(row), row.free_months))
    for (reference,) in rows(UNDONE):
        yield Fault("cohort", reference, "it is said to be done, and no decision is there")


def _of(row: CohortDecision) -> Iterator[str]:
    campaign = Campaign.objects.filter(id=row.campaign_id, kind=Campaign.Kind.COHORT_CHANGE).first()
    if campaign is None or campaign.reference != row.reference:
        yield "no campaign of this number is a change of a cohort"
        return
    digest = selectors.digest_of(campaign, selectors.chunk_digests(campaign.pk))
    if not digest == bytes(campaign.digest) == bytes(row.digest):
        yield "it is not under the digest of its plan"
    if not selectors.is_approved(campaign):
        yield "fewer operators approved it than must"
    if selectors.last_step(campaign.pk) is None:
        yield "nobody started its campaign"
    terms = selectors.terms_of(campaign)
    if (cohort_of(terms.get("matching", {})), terms.get("free_months")) != (cohort_in(row), row.free_months):
        yield "it is about others, or for longer, than its plan says"
    told = [json.loads(public).get("free_months") for (public,) in rows(TOLD, [row.reference])]
    if told != [row.free_months]:
        yield "the log does not tell of it once, as it is"
