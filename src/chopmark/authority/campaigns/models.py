"""A campaign, its chunks, who approved it, what became of it. No row is ever changed: a state is the last step."""

from django.db import models


class Campaign(models.Model):
    """One row: a plan for many certificates; its digest is what operators approve."""

    class Kind(models.TextChoices):
        POPULATION_ISSUE = "population_issue"

    class Input(models.TextChoices):
        KEYS = "keys"  # SubjectPublicKeyInfo: who wrote the file vouches that the keys are the holders'
        CSR = "csr"  # PKCS#10: each request proves it itself

    reference = models.CharField(max_length=16, unique=True)  # C26110001
    kind = models.CharField(max_length=24, choices=Kind)
    type_code = models.CharField(max_length=32)
    input = models.CharField(max_length=8, choices=Input)
    agreement = models.CharField(max_length=64)  # name and version of the text that holders agreed to
    grant_id = models.UUIDField()  # the owner's leave to open their records
    purpose = models.CharField(max_length=64)
    count = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    facts = models.JSONField()  # what the dry run found: cost, time, and so on
    planned_by = models.CharField(max_length=32)
    planned_at = models.DateTimeField()


class CampaignChunk(models.Model):
    """One row: some lines of a campaign, packed: a record and a public key (or a request for one) each."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    count = models.IntegerField()
    items = models.BinaryField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", name="chunk_of_campaign_once")]


class CampaignApproval(models.Model):
    """One row: one operator agrees to one digest. Only an operator's own process may write here, no worker, no signer."""

    campaign_id = models.BigIntegerField()
    digest = models.BinaryField(max_length=32)
    officer = models.CharField(max_length=32)
    approved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "officer", name="campaign_approved_once")]


class CampaignStep(models.Model):
    """One row: a campaign was started, paused, resumed or finished."""

    class Step(models.TextChoices):
        STARTED = "started"
        PAUSED = "paused"
        RESUMED = "resumed"
        FINISHED = "finished"

    campaign_id = models.BigIntegerField(db_index=True)
    step = models.CharField(max_length=16, choices=Step)
    actor = models.CharField(max_length=32)
    report_sha256 = models.BinaryField(max_length=32, null=True)  # when it is finished
    at = models.DateTimeField()


class CampaignRoll(models.Model):
    """One row: the owner's signature over what she said of some lines of a chunk, in the order of the lines."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    part = models.SmallIntegerField()
    roll = models.TextField()
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", "part", name="roll_of_chunk_once")]


class CampaignFailure(models.Model):
    """One row: one line of a chunk does not become a certificate, and why."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    place = models.SmallIntegerField()
    code = models.CharField(max_length=64)
    failed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", "place", name="line_failed_once")]
