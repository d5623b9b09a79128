"""What the owner's log keeps of its witnesses."""

from django.db import models
from django.db.models import F

from chopmark.strongroom.policy.models import Alert


class LogCosignature(models.Model):
    """One row: a witness's line under the head of this size, checked when it came and again when it counts. Never changed."""

    size = models.BigIntegerField()
    witness = models.CharField(max_length=512)  # its verifier key
    line = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(F("size"), F("witness"), name="log_cosigned_once")]
        # A witness that never answered is looked for each second, in a table that only grows.
        indexes = [models.Index("witness", "size", name="log_cosigned_by_witness")]


class WitnessRefusal(models.Model):
    """One row: beyond this size that witness would not cosign, and the owner was told so. Added, never changed."""

    alert = models.OneToOneField(Alert, primary_key=True, on_delete=models.PROTECT, related_name="witness")
    witness = models.CharField(max_length=512)
    after_size = models.BigIntegerField()
    code = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(F("witness"), F("after_size"), F("code"), name="witness_refusal_once")
        ]
