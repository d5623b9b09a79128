"""Which editions of the policy this authority has run by."""

from django.db import models


class Edition(models.Model):
    """One row: the pack that a process began to work by when another was in force. Added and read, never changed."""

    digest = models.BinaryField(max_length=32)
    # {"hongkong/tariff.toml": SHA-256 as hex}, every file of every folder.
    files = models.JSONField()
    # {line: [[kind, first day, last day or None, cents]]}: what was charged, also when the files are gone.
    fees = models.JSONField()
    process = models.CharField(max_length=16)
    noted_at = models.DateTimeField()
