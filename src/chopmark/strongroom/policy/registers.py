"""What officers keep at the desk: why they opened a case, what they confirmed for shredding, impact assessments."""

from typing import Any

from django.db import models
from django.db.models import F, Q


def _officer() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("strongroom.Officer", on_delete=models.PROTECT, related_name="+")


class OfficerCase(models.Model):
    """What an officer said when she opened a case of her own. Added, never changed."""

    case = models.OneToOneField(
        "strongroom.Case", primary_key=True, on_delete=models.PROTECT, related_name="said"
    )
    officer = models.CharField(max_length=32)
    application = models.CharField(max_length=32)  # by which she found the record
    # Her file's number and her reason, which may name somebody: under the record's key.
    ciphertext = models.BinaryField()


class OpeningReason(models.Model):
    """Why an officer asked for a value in full, under the record's key. Added, never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    opening = models.OneToOneField("strongroom.Opening", on_delete=models.PROTECT, related_name="reason")
    ciphertext = models.BinaryField()


class ShreddingOrder(models.Model):
    """An officer of the owner confirmed that all that was due at this moment is destroyed. Added, never changed."""

    due_by = models.DateTimeField()
    records = models.IntegerField()  # how many there were, without what was held
    officer = _officer()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="shredding_of_something", condition=Q(records__gt=0)),
        ]


class CredentialReview(models.Model):
    """An officer of the owner said that somebody's credential at the desk is still needed (C82). Added, never changed."""

    officer = _officer()  # whose credential
    by = _officer()
    at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="credential_reviewed_by_another", condition=~Q(officer=F("by")))
        ]


class Risk(models.TextChoices):
    """What is left of the risk to people after the measures."""

    HIGH = "high"
    LOW = "low"
    MEDIUM = "medium"


class Assessment(models.Model):
    """One version of a privacy impact assessment (C72). Added, never changed: what changes is a new version."""

    number = models.IntegerField()
    version = models.IntegerField()
    title = models.CharField(max_length=120)
    changed = models.TextField()  # what is new, or has changed since the version before
    assessed_on = models.DateField()
    assessor = models.CharField(max_length=120)
    risk = models.CharField(max_length=8, choices=Risk)
    risks = models.TextField()
    measures = models.TextField()
    comments = models.TextField(blank=True)  # the Privacy Commissioner's
    clauses = models.TextField(blank=True)  # of the contract, and controls
    next_review = models.DateField()
    # The purposes that it covers, each with the digest of what the policy said of it.
    purposes = models.JSONField()
    officer = _officer()
    at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("number", "version", name="assessment_version_once"),
            models.CheckConstraint(
                name="assessment_reviewed_later", condition=Q(next_review__gt=F("assessed_on"))
            ),
        ]

    @property
    def reference(self) -> str:
        return f"PIA-{self.number:02d}"
