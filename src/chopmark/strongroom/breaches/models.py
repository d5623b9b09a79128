"""What the register of breaches keeps: every row is added by one act, with its leaf, and never changed."""

from typing import Any

from django.db import models
from django.db.models import F, Q


def _officer() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey("strongroom.Officer", on_delete=models.PROTECT, related_name="+")


class BreachKind(models.TextChoices):
    """What happened to records; words for officers and subjects are the desk's."""

    ALTERED = "altered"
    DISCLOSED = "disclosed"  # shown or given to somebody without leave
    INTRUSION = "intrusion"  # somebody got into a system, and nobody knows yet what she saw
    LOST = "lost"
    OTHER = "other"


class Breach(models.Model):
    """One row: something went wrong with the records, as it was first reported. Added, never changed."""

    number = models.IntegerField(unique=True)
    kind = models.CharField(max_length=16, choices=BreachKind)
    detected_at = models.DateTimeField()  # as the reporter says; every term runs from it
    what = models.TextField()  # in words that name no person
    people = models.IntegerField(null=True)  # how many it concerns, where that is known
    officer = _officer()
    reported_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="breach_kind_known", condition=Q(kind__in=[one.value for one in BreachKind])
            ),
            models.CheckConstraint(
                name="breach_detected_before_reported", condition=Q(detected_at__lte=F("reported_at"))
            ),
            models.CheckConstraint(
                name="breach_people_not_negative", condition=Q(people=None) | Q(people__gte=0)
            ),
        ]

    @property
    def reference(self) -> str:
        """What everybody calls it."""
        return reference_of(self.number)


def reference_of(number: int) -> str:
    return f"BR-{number:03d}"


class StepKind(models.TextChoices):
    """What was done about a breach after its first report."""

    COMMISSIONER = "commissioner"  # the Privacy Commissioner was told
    INTERIM = "interim"
    PEOPLE = "people"  # those whom it concerns were told
    PEOPLE_NOT = "people_not"  # to tell them is not practicable
    POST_INCIDENT = "post_incident"
    PRELIMINARY = "preliminary"
    RESOLVED = "resolved"
    TAKEN_OVER = "taken_over"  # an officer of the owner answers for it
    TELEPHONE = "telephone"  # the owner was told by telephone


class BreachStep(models.Model):
    """One row: one thing that was done about a breach. Added, never changed."""

    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=16, choices=StepKind)
    happened_at = models.DateTimeField()  # as the officer says, where it was done outside the desk
    words = models.TextField(blank=True)
    reference = models.CharField(max_length=64, blank=True)  # the Commissioner's
    people = models.IntegerField(null=True)  # how many were told, or how many it concerns as known then
    officer = _officer()
    written_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="breach_step_known", condition=Q(kind__in=[one.value for one in StepKind])
            ),
            models.CheckConstraint(
                name="breach_step_happened_before_written", condition=Q(happened_at__lte=F("written_at"))
            ),
            models.CheckConstraint(
                name="breach_people_told_counted",
                condition=~Q(kind="people") | Q(people__isnull=False, people__gte=0),
            ),
            models.UniqueConstraint(
                fields=["breach"], name="breach_resolved_once", condition=Q(kind="resolved")
            ),
        ]


class EvidenceFreeze(models.Model):
    """One row: from this moment nothing that a breach concerns is destroyed, and the log is known as it was. Never changed."""

    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="freezes")
    officer = _officer()
    frozen_at = models.DateTimeField()
    # The newest head that was signed then; none yet is a tree of no leaves.
    tree_size = models.BigIntegerField()
    root_hash = models.BinaryField(max_length=32)
    checkpoint = models.TextField(blank=True)
    leaf_id = models.BigIntegerField(unique=True)


class FreezeLift(models.Model):
    """One row: an officer of the owner ended a freeze, and said why. Added, never changed."""

    freeze = models.OneToOneField(
        EvidenceFreeze, primary_key=True, on_delete=models.PROTECT, related_name="lifted"
    )
    reason = models.TextField()
    officer = _officer()
    lifted_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)


class FrozenRecord(models.Model):
    """One row: a record that a breach concerns, by the hold that keeps it. Added, never changed."""

    hold = models.OneToOneField(
        "strongroom.Hold", primary_key=True, on_delete=models.PROTECT, related_name="frozen"
    )
    freeze = models.ForeignKey(EvidenceFreeze, on_delete=models.PROTECT, related_name="records")
