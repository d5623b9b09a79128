"""What a leaf of the log is: an open part that anyone may read, and a commitment to the rest."""

from django.db import models


class Leaf(models.Model):
    """One row: one act or refusal, as the exact bytes that the log hashes. Added and read, never changed."""

    # The transaction that wrote it: bounds how far back the sequencer re-reads, and orders nothing.
    xid = models.BigIntegerField(db_default=models.Func(function="chopmark_current_xid"))
    entry = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        indexes = [models.Index("xid", name="leaf_by_transaction")]


class Payload(models.Model):
    """What a leaf commits to, for the subject, the supervisor and the assessor; deleting a row shreds it (salt and all)."""

    leaf_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=32)
    payload = models.JSONField()
