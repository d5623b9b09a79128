"""Notices that were asked for, and how their sending stands: no address and no text in either."""

from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One row: under an opening of her record, something is written to its subject. Added, never changed."""

    leaf_id = models.BigIntegerField(primary_key=True)
    # The caller's own name for it: the same again is the same notice, and the Message-ID of each copy.
    reference = models.CharField(max_length=40, unique=True)
    opening = models.OneToOneField("strongroom.Opening", on_delete=models.PROTECT, related_name="notice")
    template = models.CharField(max_length=32)
    parameters = models.JSONField()
    asked_at = models.DateTimeField()


class SendingState(models.TextChoices):
    """How a notice stands."""

    QUEUED = "queued"
    SENT = "sent"
    GIVEN_UP = "given_up"


class Sending(models.Model):
    """One row: how often a notice was tried, when next, and what became of it."""

    notice = models.OneToOneField(Notice, primary_key=True, on_delete=models.PROTECT, related_name="sending")
    state = models.CharField(max_length=16, choices=SendingState, default=SendingState.QUEUED)
    tries = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=16, blank=True)
    why = models.CharField(max_length=32, blank=True)  # it was given up
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("due_at", name="sending_due", condition=Q(state="queued")),
        ]
        constraints = [
            models.CheckConstraint(
                name="sending_due_or_ended",
                condition=Q(state="queued", due_at__isnull=False, ended_at=None, channel="", why="")
                | (Q(state="sent", due_at=None, ended_at__isnull=False, why="") & ~Q(channel=""))
                | (Q(state="given_up", due_at=None, ended_at__isnull=False, channel="") & ~Q(why="")),
            ),
        ]
