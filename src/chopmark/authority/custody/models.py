"""What the authority's own keys and certificates are, as public facts; a key itself is only in a token."""

from django.db import models

from chopmark.authority.custody.token import KeyAlgorithm


class KeyPurpose(models.TextChoices):
    """What a key is for, and by that the only door that may use it."""

    CA = "ca"
    LOG = "log"
    TIMESTAMP = "timestamp"
    KEY_WRAP = "key_wrap"
    ENVELOPE = "envelope"


class KeyRecord(models.Model):
    """One row: one key that the token holds, by its public half."""

    label = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, choices=KeyPurpose.choices)
    algorithm = models.CharField(max_length=16, choices=[(a.value, a.value) for a in KeyAlgorithm])
    # How it signs, as its issuer's certificates and CRLs must say; empty for a key that signs nothing.
    signature_algorithm = models.CharField(max_length=32, blank=True)
    spki = models.BinaryField(unique=True)
    leaf_id = models.BigIntegerField()
    created_at = models.DateTimeField()


class Issuer(models.Model):
    """One row: one issuing authority, which is a name with a key; certificates about it are rows of their own (C57)."""

    id = models.SmallAutoField(primary_key=True)
    slug = models.SlugField(max_length=48, unique=True)
    name_der = models.BinaryField()
    key_label = models.CharField(max_length=64)
    is_root = models.BooleanField()
    parent_id = models.SmallIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name_der", "key_label"], name="issuer_is_a_name_with_a_key"),
            models.CheckConstraint(
                name="a_root_has_no_parent",
                condition=models.Q(is_root=True, parent_id=None)
                | models.Q(is_root=False, parent_id__isnull=False),
            ),
        ]


class CaIntent(models.Model):
    """One row: one authority certificate about to be signed, whole; its key is used for it once or never.

    An intent is also the claim: a ceremony is one process under a lock, and an intent without a certificate is spent.
    """

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    subject_id = models.SmallIntegerField()
    slug = models.CharField(max_length=64)  # its name in the pack's hierarchy
    tbs_certificate = models.BinaryField()
    intended_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer_id", "serial_number"], name="ca_intended_once")
        ]


class CaCertificate(models.Model):
    """One row: one authority certificate: `issuer_id` signed it, and it is about `subject_id`."""

    issuer_id = models.SmallIntegerField()
    serial_number = models.BinaryField(max_length=20)
    subject_id = models.SmallIntegerField()
    slug = models.CharField(max_length=64, unique=True)
    certificate_der = models.BinaryField()
    fingerprint_sha256 = models.BinaryField(max_length=32, unique=True)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    leaf_id = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer_id", "serial_number"], name="ca_certificate_once")
        ]
