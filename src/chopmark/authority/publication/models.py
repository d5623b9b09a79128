"""The way of a list from intended to public; each step is a row added and never changed. Every list ever signed is kept (C54)."""

from django.db import models


class NumberedList(models.Model):
    """What every row about a list is known by; numbers grow within a list (RFC 5280 §5.2.3)."""

    issuer_id = models.SmallIntegerField()
    shard = models.SmallIntegerField()  # 0 is the full list, -1 its delta, which shares its numbers
    number = models.BigIntegerField()

    class Meta:
        abstract = True


class CrlIntent(NumberedList):
    """One row: exactly this list is to be signed."""

    this_update = models.DateTimeField()
    next_update = models.DateTimeField()
    tbs_cert_list = models.BinaryField()
    intended_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "shard", "number", name="crl_intended_once")]


class CrlClaim(NumberedList):
    """One row: a signer took an intent, before signing it; a key use, whether or not a list came of it."""

    claimer = models.BigIntegerField()  # the advisory lock that this signer process holds while it lives
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "shard", "number", name="crl_claimed_once")]


class Crl(NumberedList):
    """One row: a list that was signed and recorded."""

    this_update = models.DateTimeField()
    next_update = models.DateTimeField()
    crl_der = models.BinaryField()
    sha256 = models.BinaryField(max_length=32)
    leaf_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "shard", "number", name="crl_recorded_once")]


class RefusedCrl(NumberedList):
    """One row: the signer refused a list that it had claimed; its number is spent, and somebody must look."""

    code = models.CharField(max_length=64)
    refused_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "shard", "number", name="crl_refused_once")]


class CrlPublication(NumberedList):
    """One row: a list was put where the world reads it."""

    sha256 = models.BinaryField(max_length=32)
    leaf_id = models.BigIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "shard", "number", name="crl_published_once")]


class CertificatePublication(models.Model):
    """One row: a certificate was put where the world reads it."""

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    leaf_id = models.BigIntegerField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("issuer_id", "serial_number", name="certificate_published_once")
        ]
