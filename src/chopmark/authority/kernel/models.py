"""What a step hands on to the next, written in the same transaction as the step itself."""

from django.db import models


class Handover(models.Model):
    """One row: one event that somebody downstream must hear; `handled_at` is set when everybody has."""

    name = models.CharField(max_length=64)
    facts = models.JSONField()
    handed_on_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)  # four a second while something is not yet there
    handled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index("due_at", name="handover_waiting", condition=models.Q(handled_at=None))]
