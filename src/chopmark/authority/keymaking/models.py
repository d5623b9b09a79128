"""Envelopes, and the way of a key from asked for to purged; each step is a row added, only ciphertext is ever deleted."""

from django.db import models

from chopmark.authority.custody.token import KeyAlgorithm

ALGORITHMS = [(a.value, a.value) for a in KeyAlgorithm]


class Envelope(models.Model):
    """One row: one PIN envelope that was printed; the PIN is on its paper and, sealed, here for the signer alone."""

    number = models.CharField(max_length=8, primary_key=True)
    outlet = models.CharField(max_length=16)
    sealed_pin = models.BinaryField()
    key_label = models.CharField(max_length=64)
    leaf_id = models.BigIntegerField()
    printed_at = models.DateTimeField()


class EnvelopeHandOver(models.Model):
    """One row: one envelope was put into an applicant's hand."""

    number = models.CharField(max_length=8, unique=True)
    application_reference = models.CharField(max_length=16, db_index=True)
    outlet = models.CharField(max_length=16)
    handed_over_at = models.DateTimeField()


class KeyRequest(models.Model):
    """One row: a key is asked for; a claim of it that made no key is spent, and the next attempt is a new row."""

    application_reference = models.CharField(max_length=16)
    attempt = models.SmallIntegerField()
    envelope_number = models.CharField(max_length=8)
    algorithm = models.CharField(max_length=16, choices=ALGORITHMS)
    requested_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application_reference", "attempt"], name="key_request_attempt_once"
            )
        ]


class KeyClaim(models.Model):
    """One row: a signer took a request; committed before the key exists."""

    request_id = models.BigIntegerField(unique=True)
    claimer = models.BigIntegerField()  # the advisory lock that this signer process holds while it lives
    claimed_at = models.DateTimeField()


class MadeKey(models.Model):
    """One row: the public half of a key that was made for an application."""

    request_id = models.BigIntegerField(unique=True)
    application_reference = models.CharField(max_length=16, unique=True)
    spki = models.BinaryField(unique=True)
    leaf_id = models.BigIntegerField()
    made_at = models.DateTimeField()


class WrappedKey(models.Model):
    """One row: the private half, sealed to the signer; gone once it is sealed to its PIN."""

    request_id = models.BigIntegerField(primary_key=True)
    key_label = models.CharField(max_length=64)
    wrapped = models.BinaryField()


class SealRequest(models.Model):
    """One row: the certificate of a made key is recorded, so the key may be sealed with it."""

    request_id = models.BigIntegerField(unique=True)
    issuer_id = models.SmallIntegerField()
    certificate_der = models.BinaryField()
    requested_at = models.DateTimeField()


class RefusedSeal(models.Model):
    """One row: the signer refused to seal this one; it is not asked again, and somebody must look."""

    request_id = models.BigIntegerField(unique=True)
    code = models.CharField(max_length=64)
    refused_at = models.DateTimeField()


class SealedKey(models.Model):
    """One row: a PKCS#12 under the envelope's PIN, waiting to be collected; gone after delivery."""

    request_id = models.BigIntegerField(primary_key=True)
    pkcs12 = models.BinaryField()
    leaf_id = models.BigIntegerField()
    sealed_at = models.DateTimeField()


class KeyCollection(models.Model):
    """One row: the subscriber took the PKCS#12."""

    request_id = models.BigIntegerField(db_index=True)
    leaf_id = models.BigIntegerField()
    collected_at = models.DateTimeField()


class Purge(models.Model):
    """One row: our copy of a key is destroyed."""

    class What(models.TextChoices):
        WRAPPED = "wrapped"
        SEALED = "sealed"

    request_id = models.BigIntegerField()
    what = models.CharField(max_length=8, choices=What.choices)
    leaf_id = models.BigIntegerField()
    purged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request_id", "what"], name="purged_once")]


class PoolOrder(models.Model):
    """One row: an operator asks for keys that nobody has a name for yet, made in batches of so many."""

    algorithm = models.CharField(max_length=16, choices=ALGORITHMS)
    count = models.IntegerField()
    batch_size = models.IntegerField()
    ordered_by = models.CharField(max_length=32)
    ordered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pool_order_of_some_keys", condition=models.Q(count__gt=0, batch_size__gt=0)
            )
        ]


class PoolOrderEnd(models.Model):
    """One row: an operator stopped an order; what it has made stays, and no more is made."""

    order_id = models.BigIntegerField(unique=True)
    stopped_by = models.CharField(max_length=32)
    stopped_at = models.DateTimeField()


class PoolBatch(models.Model):
    """One row: some keys of an order are to be made at once; a claim that made none is spent, the next attempt a new row."""

    order_id = models.BigIntegerField()
    number = models.IntegerField()
    attempt = models.SmallIntegerField()
    requested_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("order_id", "number", "attempt", name="pool_batch_attempt_once")
        ]


class PoolClaim(models.Model):
    """One row: a signer took a batch; committed before any key of it exists."""

    batch_id = models.BigIntegerField(unique=True)
    claimer = models.BigIntegerField()
    claimed_at = models.DateTimeField()


class FilledBatch(models.Model):
    """One row: the keys of a batch were made; the digest is over their numbers and public halves."""

    batch_id = models.BigIntegerField(unique=True)
    count = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)
    leaf_id = models.BigIntegerField()
    filled_at = models.DateTimeField()


class PoolKey(models.Model):
    """One row: the public half of a key of the pool; it is one line's of one campaign, or nobody's."""

    batch_id = models.BigIntegerField(db_index=True)
    algorithm = models.CharField(max_length=16, choices=ALGORITHMS)
    spki = models.BinaryField(unique=True)


class WrappedPoolKey(models.Model):
    """One row: the private half, sealed to the signer; gone once it is sealed to a card bureau, or purged."""

    pool_key_id = models.BigIntegerField(primary_key=True)
    key_label = models.CharField(max_length=64)
    wrapped = models.BinaryField()


class PoolDraw(models.Model):
    """One row: a key of the pool is that of one line of one campaign, and will never be another's."""

    pool_key_id = models.BigIntegerField(unique=True)
    campaign_id = models.BigIntegerField()
    number = models.IntegerField()  # the chunk
    place = models.SmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", "place", name="line_draws_once")]


class PoolDiscard(models.Model):
    """One row: an operator had every key discarded that was free, up to this one; none of them is drawn any more."""

    up_to = models.BigIntegerField()
    discarded_by = models.CharField(max_length=32)
    discarded_at = models.DateTimeField()


class SealedPoolKey(models.Model):
    """One row: the private half, sealed to a card bureau; gone when the bureau has it."""

    pool_key_id = models.BigIntegerField(primary_key=True)
    sealed = models.BinaryField()


class Why(models.TextChoices):
    """Why no copy of a key is kept: of one that was drawn, or of one that was discarded."""

    DELIVERED = "delivered"
    LINE_FAILED = "line_failed"
    REVOKED = "revoked"
    DISCARDED = "discarded"


class PoolPurgeRequest(models.Model):
    """One row: the signer is asked to destroy every copy of a key; gone when it is done."""

    pool_key_id = models.BigIntegerField(unique=True)
    why = models.CharField(max_length=16, choices=Why)
    requested_at = models.DateTimeField()


class PoolPurge(models.Model):
    """One row: our copies of a key are destroyed."""

    pool_key_id = models.BigIntegerField(unique=True)
    why = models.CharField(max_length=16, choices=Why)
    leaf_id = models.BigIntegerField()
    purged_at = models.DateTimeField()
