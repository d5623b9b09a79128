"""What subjects ask of what is kept about them (Cap. 486, Part 5), and what the owner answered."""

from datetime import UTC
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from chopmark.strongroom.policy.privacy import LONGEST_NAME, RequestKind


def _officer() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("strongroom.Officer", on_delete=models.PROTECT, related_name="+")


class SubjectRequest(models.Model):
    """One row: a subject asks for access to her record, or to have it corrected. Added, never changed."""

    text_id = models.UUIDField(unique=True)
    record = models.ForeignKey("strongroom.Record", on_delete=models.PROTECT, related_name="asked")
    kind = models.CharField(max_length=16, choices=[(kind.value, kind.name) for kind in RequestKind])
    field = models.CharField(max_length=16, blank=True)  # of a correction: which value, never the value
    ciphertext = models.BinaryField()  # her words, under the record's key
    made_at = models.DateTimeField()
    due_on = models.DateField()  # the last day to answer, by Hong Kong's calendar
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        indexes = [models.Index("due_on", name="request_by_day")]
        constraints = [
            models.CheckConstraint(
                name="request_kind_known", condition=Q(kind__in=[kind.value for kind in RequestKind])
            ),
        ]

    @property
    def reference(self) -> str:
        """What both sides call it: DR, the year and month in UTC, five figures."""
        return f"DR{self.made_at.astimezone(UTC):%y%m}{self.pk:05d}"


class RequestFee(models.Model):
    """One row: the subject was told what access costs, before it is charged (s. 28). Added, never changed."""

    request = models.OneToOneField(SubjectRequest, on_delete=models.PROTECT, related_name="fee")
    amount_minor = models.IntegerField()
    officer = _officer()
    told_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="request_fee_of_something", condition=Q(amount_minor__gt=0))
        ]


class FeeAgreement(models.Model):
    """One row: the subject agreed to the fee that she was told. Added, never changed."""

    fee = models.OneToOneField(RequestFee, on_delete=models.PROTECT, related_name="agreement")
    agreed_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)


class RequestOutcome(models.TextChoices):
    """How a request was answered; words for both sides are the desk's."""

    COMPLIED = "complied"
    IN_PART = "in_part"
    REFUSED = "refused"


class RequestAnswer(models.Model):
    """One row: the owner's answer to a request, once. Added, never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    request = models.OneToOneField(SubjectRequest, on_delete=models.PROTECT, related_name="answer")
    outcome = models.CharField(max_length=16, choices=RequestOutcome)
    # Of the policy's grounds, whenever something was refused: the log of refusals (s. 27) is these rows.
    ground = models.CharField(max_length=LONGEST_NAME, blank=True)
    fee_minor = models.IntegerField(default=0)  # what was charged
    corrected = ArrayField(models.CharField(max_length=16), default=list)  # fields that were written anew
    ciphertext = models.BinaryField(null=True)  # what was given or why not, under the record's key
    officer = _officer()
    answered_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="request_outcome_known",
                condition=Q(outcome__in=[one.value for one in RequestOutcome]),
            ),
            models.CheckConstraint(
                name="request_refused_on_a_ground",
                condition=Q(outcome=RequestOutcome.COMPLIED.value, ground="")
                | (~Q(outcome=RequestOutcome.COMPLIED.value) & ~Q(ground="")),
            ),
            models.CheckConstraint(
                name="request_refusal_is_free",
                condition=Q(fee_minor=0) | (Q(fee_minor__gt=0) & ~Q(outcome=RequestOutcome.REFUSED.value)),
            ),
        ]
