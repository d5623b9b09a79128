"""Where each leaf stands in the log, what is asked of the signer, and what it has signed."""

from django.db import models
from django.db.models import F, Q


class Position(models.Model):
    """One row: one leaf has this place in the log for ever; there are no gaps, so the rows are the tree."""

    position = models.BigIntegerField(primary_key=True)
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(name="positions_start_at_0", condition=Q(position__gte=0))]


class FullTile(models.Model):
    """One row: one full tile and the hash over it, which stands in the tile above (C2SP tlog-tiles)."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    root_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(F("level"), F("index"), name="full_tile_once")]


class CheckpointRequest(models.Model):
    """One row: the tree at a size as the sequencer sees it; the signer does not take its word for it."""

    size = models.BigIntegerField(primary_key=True)
    root_hash = models.BinaryField(max_length=32)
    right_edge = models.BinaryField()
    requested_at = models.DateTimeField()


class Checkpoint(models.Model):
    """One row: one signed tree head, and the right edge from which the signer goes on."""

    size = models.BigIntegerField(primary_key=True)
    root_hash = models.BinaryField(max_length=32)
    right_edge = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()


class Horizon(models.Model):
    """The one row that changes: every leaf of an older transaction has been seen, so reading begins here."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    xid = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="one_horizon", condition=Q(id=1))]


class SetAside(models.Model):
    """One row: one leaf that no reader of the log would accept, so it got no position; somebody must look."""

    leaf_id = models.BigIntegerField(primary_key=True)
    code = models.CharField(max_length=64)
    set_aside_at = models.DateTimeField()


class SigningAlert(models.Model):
    """One row: beyond the checkpoint of this size the signer would not go on; somebody must look."""

    after_size = models.BigIntegerField(primary_key=True)
    code = models.CharField(max_length=64)
    raised_at = models.DateTimeField()


class Cosignature(models.Model):
    """One row: a witness's line under the checkpoint of this size, checked when it came, and again by whoever relies on it."""

    size = models.BigIntegerField()
    witness = models.CharField(max_length=512)  # its verifier key
    line = models.TextField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(F("size"), F("witness"), name="cosigned_once")]
        # A witness that never answered is looked for each second, in a table that only grows.
        indexes = [models.Index("witness", "size", name="cosigned_by_witness")]


class WitnessAlert(models.Model):
    """One row: beyond this size that witness would not cosign, and said why; somebody must look."""

    witness = models.CharField(max_length=512)
    after_size = models.BigIntegerField()
    code = models.CharField(max_length=64)
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(F("witness"), F("after_size"), F("code"), name="witness_alert_once")
        ]


class WitnessAcknowledgement(models.Model):
    """One row: somebody looked into that alert, and said what was found; void unless its leaf says the same."""

    alert_id = models.BigIntegerField(unique=True)
    reason = models.CharField(max_length=32)
    acknowledged_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)
