"""Revocations and suspensions only: the plane that CRLs are made from holds nothing of the certificates that are good."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Func, Q, Value

REASONS = (0, 1, 2, 3, 4, 5, 6, 8, 9, 10)  # RFC 5280 §5.3.1; 7 is unused
ON_HOLD = 6


def as_entry(revoked_at: str, reason: F | Value, invalidity_date: F | Value) -> models.GeneratedField:
    """The row as an entry of a CRL, which the database writes once: a list of a million is these octets, one after another.

    `pki.crl.encode_entries` writes the same, and tests/authority/revocation/test_entries.py holds them together.
    """
    given = (F("serial_number"), F(revoked_at), reason, invalidity_date)
    return models.GeneratedField(
        expression=Func(*given, function="chopmark_crl_entry"),
        output_field=models.BinaryField(),
        db_persist=True,
    )


def last_octet() -> Func:
    """What says on which partition a serial number is: `custody.printing.octets_of` has those of each."""
    at = Func(F("serial_number"), function="length", output_field=models.IntegerField()) - Value(1)
    return Func(F("serial_number"), at, function="get_byte", output_field=models.IntegerField())


class RevocationQuerySet(models.QuerySet["Revocation"]):
    def in_force(self, at: datetime) -> Self:
        return self.filter(revoked_at__lte=at)


class Revocation(models.Model):
    """One row: one serial number of one issuer is revoked, recorded or not. Added and read, never changed."""

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    reason = models.SmallIntegerField()
    revoked_at = models.DateTimeField()  # revocationDate
    invalidity_date = models.DateTimeField(null=True)  # RFC 5280 §5.3.2
    crl_entry = as_entry("revoked_at", F("reason"), F("invalidity_date"))

    objects = RevocationQuerySet.as_manager()

    class Meta:
        constraints = [
            # The entries are in the indexes: lists are read from them alone, in their order.
            models.UniqueConstraint(
                fields=["issuer_id", "serial_number"],
                include=["revoked_at", "crl_entry"],
                name="revoked_once",
            ),
            models.CheckConstraint(name="revocation_reason_known", condition=Q(reason__in=REASONS)),
            models.CheckConstraint(
                name="invalidity_date_not_after_revoked_at",
                condition=Q(invalidity_date=None) | Q(invalidity_date__lte=F("revoked_at")),
            ),
        ]
        indexes = [
            models.Index(
                "issuer_id",
                last_octet(),
                "serial_number",
                include=["revoked_at", "crl_entry"],
                name="revoked_by_partition",
            ),
            models.Index("issuer_id", "revoked_at", name="revoked_since"),
        ]


class Suspension(models.Model):
    """One row: a certificate is on hold from a moment on, until it is released or revoked; it may be suspended again later."""

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    suspended_at = models.DateTimeField()
    crl_entry = as_entry("suspended_at", Value(ON_HOLD), Value(None, output_field=models.DateTimeField()))

    class Meta:
        constraints = [
            models.UniqueConstraint("issuer_id", "serial_number", "suspended_at", name="suspended_once"),
        ]
        indexes = [models.Index("issuer_id", "suspended_at", name="suspended_since")]


class Release(models.Model):
    """One row: the suspension that began at a moment ended, and the certificate is good again.

    It names it by its facts and not by its id, since those stand in the log too, and come back from there.
    """

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    suspended_at = models.DateTimeField()
    released_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("issuer_id", "serial_number", "suspended_at", name="released_once"),
            models.CheckConstraint(
                name="released_not_before_suspended", condition=Q(released_at__gte=F("suspended_at"))
            ),
        ]
        indexes = [models.Index("issuer_id", "released_at", name="released_since")]


class HoldRequest(models.Model):
    """One row: an officer did what somebody asked for: who asked, how, why, and on which paper. Added and read, never changed.

    It stands beside the facts and not in them: those come back from the log after a restore, and this does not.
    """

    class Act(models.TextChoices):
        SUSPEND = "suspend"
        RELEASE = "release"
        REVOKE = "revoke"

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    act = models.CharField(max_length=8, choices=Act)
    asked_by = models.CharField(max_length=32)
    means = models.CharField(max_length=16)
    document = models.CharField(max_length=64)
    reason = models.SmallIntegerField(null=True)
    officer = models.CharField(max_length=32)
    outlet = models.CharField(max_length=16)
    at = models.DateTimeField()  # the moment of the suspension, release or revocation that it led to

    class Meta:
        constraints = [
            models.UniqueConstraint("issuer_id", "serial_number", "act", "at", name="hold_request_once"),
            models.CheckConstraint(name="hold_request_has_paper", condition=~Q(document="")),
            models.CheckConstraint(
                name="hold_request_reason_known",
                condition=Q(act="release", reason=None)
                | (
                    ~Q(act="release")
                    & Q(reason__isnull=False)
                    & Q(reason__in=[one for one in REASONS if one != ON_HOLD])
                ),
            ),
        ]
