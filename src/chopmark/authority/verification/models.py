"""Evidence and decisions. Rows are added and read, never changed."""

from django.db import models


class Evidence(models.Model):
    """One row: one thing was checked for one application, by whom, where and when."""

    application_reference = models.CharField(max_length=16)
    kind = models.CharField(max_length=32)
    actor_id = models.CharField(max_length=32)
    outlet = models.CharField(max_length=16, blank=True)
    receipt_id = models.UUIDField(null=True, unique=True)
    receipt = models.TextField(
        blank=True, default=""
    )  # the owner's words and signature, for whoever asks again
    note = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("application_reference", "kind", name="evidence_once")]


class SightingTicket(models.Model):
    """One row: an officer was sent to the owner's desk for one application; the desk's receipt carries the nonce back."""

    nonce = models.BinaryField(max_length=16, unique=True)
    application_reference = models.CharField(max_length=16)
    officer_login_id = models.BigIntegerField()
    outlet = models.CharField(max_length=16)
    made_at = models.DateTimeField()


class Decision(models.Model):
    """One row: one step of deciding one application: release asked, approved or refused."""

    class Step(models.TextChoices):
        RELEASE_ASKED = "release_asked"
        APPROVED = "approved"
        REFUSED = "refused"

    application_reference = models.CharField(max_length=16)
    step = models.CharField(max_length=16, choices=Step)
    officer = models.CharField(max_length=32)
    outlet = models.CharField(max_length=16, blank=True)
    reason = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("application_reference", "step", name="decided_once")]
