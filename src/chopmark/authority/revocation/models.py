"""Revocations only: the plane that CRLs are made from holds nothing of the certificates that are good."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

REASONS = (0, 1, 2, 3, 4, 5, 6, 8, 9, 10)  # RFC 5280 §5.3.1; 7 is unused


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

    objects = RevocationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("issuer_id", "serial_number", name="revoked_once"),
            models.CheckConstraint(name="revocation_reason_known", condition=Q(reason__in=REASONS)),
            models.CheckConstraint(
                name="invalidity_date_not_after_revoked_at",
                condition=Q(invalidity_date=None) | Q(invalidity_date__lte=F("revoked_at")),
            ),
        ]
