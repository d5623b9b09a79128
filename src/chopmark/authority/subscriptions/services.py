"""Giving a cohort a longer free period."""

from datetime import datetime

from django.db import connection, transaction

from chopmark.authority.subscriptions.models import CohortDecision
from chopmark.authority.subscriptions.policy import Cohort, require_extends
from chopmark.authority.subscriptions.selectors import given


@transaction.atomic
def give(
    *, cohort: Cohort, free_months: int, campaign_id: int, reference: str, digest: bytes, now: datetime
) -> CohortDecision:
    """Have a cohort's certificates free for so long from their beginning on; `PeriodShortened` if some have more already.

    Belongs inside the act that found it approved, which leaves the leaf.
    """
    # One at a time: two that contradict each other must not both find that the other is not there.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('cohort decisions', 0))")
    cohort.require_closed()
    require_extends(cohort, free_months, given())
    return CohortDecision.objects.create(
        campaign_id=campaign_id,
        reference=reference,
        digest=digest,
        type_code=cohort.type_code or "",
        issuer_id=cohort.issuer_id,
        first_day=cohort.first_day,
        before_day=cohort.before_day,
        made_by_id=cohort.made_by,
        free_months=free_months,
        decided_at=now,
    )
