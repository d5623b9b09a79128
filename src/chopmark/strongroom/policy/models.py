"""What the owner's policy needs to remember: leave, grants, requests of two persons, patterns, holds and choices."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

_OFFICER = "strongroom.Officer"
_RECORD = "strongroom.Record"


def _of_record(name: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(_RECORD, on_delete=models.PROTECT, related_name=name)


def _officer() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(_OFFICER, on_delete=models.PROTECT, related_name="+")


class PolicyLoaded(models.Model):
    """One row: from this moment the process went by a policy file of this digest. Added, never changed."""

    digest = models.BinaryField(max_length=32)
    version = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()


class Challenge(models.Model):
    """What a certificate's holder is to sign, once, for one purpose on one record."""

    id = models.UUIDField(primary_key=True, editable=False)
    record = _of_record("challenges")
    purpose = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    until = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)


class KnownCertificate(models.Model):
    """A certificate that a record's subject, signed in at the desk, showed to be hers. Added, never changed."""

    record = _of_record("certificates")
    fingerprint = models.BinaryField(max_length=32)
    known_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("record", "fingerprint", name="certificate_known_once")]


class OwnerGrant(models.Model):
    """Leave for many records at once: void until two different officers of the owner have signed it."""

    id = models.UUIDField(primary_key=True, editable=False)
    purpose = models.CharField(max_length=32)
    fields = ArrayField(models.CharField(max_length=32))
    caller = models.CharField(max_length=16)
    records = models.IntegerField()  # how many openings it is good for
    used = models.IntegerField(default=0)
    written_by = _officer()
    written_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The last to be fooled: whatever runs side by side, the count cannot be exceeded.
            models.CheckConstraint(
                name="grant_used_within_count", condition=Q(used__gte=0, used__lte=F("records"))
            ),
            models.CheckConstraint(name="grant_expires_later", condition=Q(expires_at__gt=F("written_at"))),
        ]


class GrantSignature(models.Model):
    """One officer of the owner, in her own name, agreed to a grant. Added, never changed."""

    grant = models.ForeignKey(OwnerGrant, on_delete=models.PROTECT, related_name="signatures")
    officer = _officer()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("grant", "officer", name="grant_signed_once_by_each")]


class Decline(models.TextChoices):
    """Why a second officer did not confirm."""

    LESS_IS_ENOUGH = "less_is_enough"
    NOT_NEEDED = "not_needed"
    NOT_UNDERSTOOD = "not_understood"


class PairRequest(models.Model):
    """An officer asks to open; another confirms; the first opens, once."""

    id = models.UUIDField(primary_key=True, editable=False)
    case = models.ForeignKey("strongroom.Case", on_delete=models.PROTECT, related_name="requests")
    purpose = models.CharField(max_length=32)
    fields = ArrayField(models.CharField(max_length=32))
    asked_by = models.CharField(max_length=32)
    asked_at = models.DateTimeField()
    confirmed_by = models.CharField(max_length=32, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    # Why it is asked, under the record's key.
    why = models.BinaryField(null=True)
    declined_by = models.CharField(max_length=32, blank=True)
    declined_at = models.DateTimeField(null=True)
    declined_because = models.CharField(max_length=16, choices=Decline, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="second_person_is_another", condition=~Q(confirmed_by=F("asked_by"))),
            models.CheckConstraint(
                name="request_confirmed_or_declined",
                condition=Q(confirmed_at=None) | Q(declined_at=None),
            ),
        ]


class Attempt(models.Model):
    """One row: somebody asked, and was answered or refused; patterns are counted here, and it is forgotten after a while."""

    at = models.DateTimeField()
    caller = models.CharField(max_length=16)
    actor = models.CharField(max_length=32)
    outlet = models.CharField(max_length=32, blank=True)
    purpose = models.CharField(max_length=64)
    verb = models.CharField(max_length=16)
    refused = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index("caller", "at", name="attempt_by_caller"),
            models.Index("actor", "at", name="attempt_by_actor"),
        ]


class Finding(models.TextChoices):
    """What the owner's officer found when she looked at an alert or a stop; none where it was not asked yet."""

    MISUSE = "misuse"
    ORDINARY = "ordinary"
    TAKEN_UP = "taken_up"


# The pattern of an alert that a report of a breach is overdue: no policy counts it, the register's clocks do.
BREACH_OVERDUE = "breach_overdue"


class Alert(models.Model):
    """The owner is told of a pattern. Added, never changed."""

    leaf_id = models.BigIntegerField(primary_key=True)
    pattern = models.CharField(max_length=64)
    asker = models.CharField(max_length=64)
    purpose = models.CharField(max_length=64)
    count = models.IntegerField()
    raised_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("asker", "pattern", "raised_at", name="alert_by_asker")]
        constraints = [
            # `purpose` names the report: each is told of once, whoever looks.
            models.UniqueConstraint(
                fields=["asker", "purpose"],
                name="breach_overdue_told_once",
                condition=Q(pattern=BREACH_OVERDUE),
            )
        ]


class AlertAcknowledgement(models.Model):
    """An officer of the owner has seen an alert. Added, never changed."""

    alert = models.OneToOneField(
        Alert, primary_key=True, on_delete=models.PROTECT, related_name="acknowledged"
    )
    officer = _officer()
    at = models.DateTimeField()
    finding = models.CharField(max_length=16, choices=Finding, blank=True, default="")


class Suspension(models.Model):
    """An asker is stopped until somebody lifts it. Added, never changed."""

    leaf_id = models.BigIntegerField(primary_key=True)
    pattern = models.CharField(max_length=64)
    asker = models.CharField(max_length=64)
    began_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("asker", name="suspension_by_asker")]


class SuspensionLift(models.Model):
    """An officer of the owner let an asker go on. Added, never changed."""

    suspension = models.OneToOneField(
        Suspension, primary_key=True, on_delete=models.PROTECT, related_name="lifted"
    )
    officer = _officer()
    at = models.DateTimeField()
    finding = models.CharField(max_length=16, choices=Finding, blank=True, default="")


class Hold(models.Model):
    """A record that is not to be destroyed, whatever its time. Added, never changed."""

    record = _of_record("holds")
    reason = models.CharField(max_length=32)
    placed_by = _officer()
    placed_at = models.DateTimeField()
    until = models.DateTimeField(null=True)  # without one, until it is lifted


class HoldLift(models.Model):
    """A hold is over. Added, never changed."""

    hold = models.OneToOneField(Hold, primary_key=True, on_delete=models.PROTECT, related_name="lifted")
    lifted_by = _officer()
    lifted_at = models.DateTimeField()


class Choice(models.Model):
    """A subject allows a service to reach her, or takes that back: the newest row counts. Added, never changed."""

    record = _of_record("choices")
    service = models.CharField(max_length=32)
    purpose = models.CharField(max_length=32)
    channel = models.CharField(max_length=16)
    allowed = models.BooleanField()
    chosen_at = models.DateTimeField()
    case = models.ForeignKey("strongroom.Case", on_delete=models.PROTECT, related_name="+")
    # What she was shown when she said yes: the text's digest and language, the policy's version, and whether she
    # said it as a statement of its own in writing.
    text_digest = models.BinaryField(max_length=32, null=True)
    text_version = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16, blank=True)
    in_writing = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index("record", "service", "purpose", "channel", "id", name="choice_newest")]


class Suppression(models.Model):
    """A subject forbids all marketing, or permits it again: the newest row of each record counts. Added, never changed."""

    record = _of_record("suppressions")
    forbidden = models.BooleanField()
    officer = models.CharField(
        max_length=32, blank=True
    )  # who wrote it down for her; none if she did it herself
    at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="suppression_lifted_by_herself", condition=Q(forbidden=True) | Q(officer="")
            ),
        ]
