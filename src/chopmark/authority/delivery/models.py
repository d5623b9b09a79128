"""The offer and the answer. Rows are added and read, never changed."""

from django.db import models


class Offer(models.Model):
    """One row: a certificate, in the log and under a checkpoint, waits for its subscriber to look at it."""

    application_reference = models.CharField(max_length=16, unique=True)
    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    offered_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "serial_number", name="offered_once")]
        indexes = [models.Index("offered_at", name="offer_by_moment")]


class Answer(models.Model):
    """One row: what became of an offer; one answer for ever."""

    class Word(models.TextChoices):
        ACCEPTED = "accepted"
        REJECTED = "rejected"
        LAPSED = "lapsed"

    application_reference = models.CharField(max_length=16, unique=True)
    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    word = models.CharField(max_length=16, choices=Word)
    reason = models.CharField(max_length=64, blank=True)
    answered_at = models.DateTimeField()
