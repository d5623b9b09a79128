"""What was decided about cohorts of certificates. No row is of one certificate, and none is ever changed."""

from django.db import models
from django.db.models import Q


class CohortDecision(models.Model):
    """One row: certificates of this cohort, there or to come, are free for so many months from their beginning on.

    What is empty or null is not asked of a certificate; days are those of the authority's zone.
    """

    campaign_id = models.BigIntegerField(unique=True)  # whose plan operators approved
    reference = models.CharField(max_length=16)
    digest = models.BinaryField(max_length=32)  # what they approved
    type_code = models.CharField(max_length=32, blank=True)
    issuer_id = models.SmallIntegerField(null=True)
    first_day = models.DateField(null=True)
    before_day = models.DateField(null=True)
    made_by_id = models.BigIntegerField(null=True)  # the campaign that made the certificates
    free_months = models.SmallIntegerField()
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="cohort_free_for_months", condition=Q(free_months__gte=1)),
            models.CheckConstraint(
                name="cohort_has_an_end",
                condition=Q(before_day__isnull=False) | Q(made_by_id__isnull=False),
            ),
        ]
