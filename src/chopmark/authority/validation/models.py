"""OCSP delegates: asked for by a responder, claimed and issued by the signer; each step a row added and never changed.

And what the responders' status stores follow: which statements added rows that a status depends on.
"""

from django.db import models
from django.db.models.functions import Now


class DelegateRequest(models.Model):
    """One row: a responder asks to speak for an issuer with a key that it made and holds."""

    issuer_id = models.SmallIntegerField()
    responder = models.CharField(max_length=64)
    spki = models.BinaryField()
    proof = models.BinaryField()  # a signature by that key over what is asked
    requested_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("spki", name="delegate_request_by_key")]


class DelegateClaim(models.Model):
    """One row: the exact delegate certificate that a signer is about to sign; its serial number is used from here on."""

    request_id = models.BigIntegerField(unique=True)
    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    tbs_certificate = models.BinaryField()
    claimer = models.BigIntegerField()  # the advisory lock that this signer process holds while it lives
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "serial_number", name="delegate_claimed_once")]


class RefusedDelegate(models.Model):
    """One row: the signer refused this request; it is not asked again."""

    request_id = models.BigIntegerField(unique=True)
    code = models.CharField(max_length=64)
    refused_at = models.DateTimeField()


class Delegate(models.Model):
    """One row: a delegate certificate that was signed and recorded."""

    request_id = models.BigIntegerField(unique=True)
    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    certificate_der = models.BinaryField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    leaf_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "serial_number", name="delegate_recorded_once")]


class Source(models.TextChoices):
    """Of which table a status depends."""

    CERTIFICATE = "certificate"
    AUTHORITY = "authority"
    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    RELEASE = "release"


class StatusChange(models.Model):
    """One row: a statement added rows of a source, with ids from first to last; written by a trigger in their transaction."""

    xid = models.BigIntegerField()
    source = models.CharField(max_length=16, choices=Source)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    # A restored database gives ids and transaction ids out again, and no moment.
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index("xid", name="status_change_by_xid")]
