"""The intent, the claim, the certificate: one row each, unique by issuer, serial number and kind.

No foreign keys: they cost a quarter of a campaign's speed, and the oracle looks after what they would.
"""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models


class Kind(models.TextChoices):
    """A precertificate is completed by a certificate of the same serial number (RFC 6962 §3.1)."""

    CERTIFICATE = "certificate"
    PRECERTIFICATE = "precertificate"


class Numbered(models.Model):
    """What every row about a signature is known by."""

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.CERTIFICATE)

    class Meta:
        abstract = True


class IntendedCertificate(Numbered):
    """One row: exactly these bytes are to be signed, and have passed the gate."""

    application_reference = models.CharField(max_length=16)
    # What the signer needs to compile the same template from its own copy of the pack: type, class, and the day.
    type_code = models.CharField(max_length=32)
    subscriber_class = models.CharField(max_length=32)
    policy_date = models.DateField()
    tbs_certificate = models.BinaryField()
    rule_set = models.CharField(max_length=64)  # version of the rules that passed it (C36)
    intended_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "serial_number", "kind", name="intended_once")]
        indexes = [models.Index("application_reference", name="intent_of_application")]


class Claim(Numbered):
    """One row: a signer took an intent, before signing it. A claim is a key use, whether or not a certificate came of it."""

    claimer = models.BigIntegerField()  # the advisory lock that this signer process holds while it lives
    claimed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "serial_number", "kind", name="claimed_once")]


class Certificate(Numbered):
    """One row: a certificate that was signed and recorded; OCSP says good from here on."""

    certificate_der = models.BinaryField()
    fingerprint_sha256 = models.BinaryField(max_length=32)
    application_reference = models.CharField(max_length=16)
    type_code = models.CharField(max_length=32)
    subject = models.CharField(max_length=512)  # RFC 4514, as printed in the certificate
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    leaf_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        # The serial number first: whoever asks for one often does not know its issuer. None over fingerprints: where a
        # serial number is unique, what was signed is.
        constraints = [models.UniqueConstraint("serial_number", "issuer_id", "kind", name="recorded_once")]
        indexes = [
            models.Index("application_reference", name="certificate_of_application"),
            # They are recorded about in the order in which they begin: a range of blocks says enough, and costs a COPY nothing.
            BrinIndex(
                fields=["not_before"], name="certificate_by_beginning", pages_per_range=32, autosummarize=True
            ),
        ]


class SpentClaim(Numbered):
    """One row: a claim whose signer died before recording; its serial number is revoked and never used."""

    application_reference = models.CharField(max_length=16)
    spent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("issuer_id", "serial_number", "kind", name="spent_once")]


class RefusedIntent(Numbered):
    """One row: the signer would not sign an intent; no key was used and the serial number is spent."""

    code = models.CharField(max_length=64)
    refused_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("issuer_id", "serial_number", "kind", name="intent_refused_once")
        ]


class Blocked(models.Model):
    """One row: a ticket; the gate refused what we were about to sign (C36)."""

    application_reference = models.CharField(max_length=16)
    findings = models.JSONField()
    blocked_at = models.DateTimeField()


class IntendedChunk(models.Model):
    """One row: these lines of a campaign's chunk are to be signed, each as its digest says, and have passed the gate."""

    issuer_id = models.SmallIntegerField()
    campaign_id = models.IntegerField()
    number = models.IntegerField()
    attempt = models.SmallIntegerField()  # a crash of the signer spends one, and another follows
    type_code = models.CharField(max_length=32)
    policy_date = models.DateField()
    places = models.BinaryField()  # two octets each: which lines of the chunk
    serial_numbers = models.BinaryField()  # sixteen octets each
    tbs_digests = models.BinaryField()  # SHA-256 of each TBSCertificate
    composed_at = models.DateTimeField()  # for which moment all of them were composed
    rule_set = models.CharField(max_length=64)
    intended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("campaign_id", "number", "attempt", name="chunk_intended_once")
        ]


class ChunkClaim(models.Model):
    """One row: a signer took a chunk, before signing it: a key use for each of its serial numbers."""

    chunk_id = models.BigIntegerField(unique=True)
    claimer = models.BigIntegerField()
    claimed_at = models.DateTimeField()


class SpentChunk(models.Model):
    """One row: a chunk whose signer died before recording; all its serial numbers are revoked and never used."""

    chunk_id = models.BigIntegerField(unique=True)
    spent_at = models.DateTimeField()


class RefusedChunk(models.Model):
    """One row: the signer would not sign a chunk; no key was used, and its serial numbers are spent."""

    chunk_id = models.BigIntegerField(unique=True)
    code = models.CharField(max_length=64)
    refused_at = models.DateTimeField()
