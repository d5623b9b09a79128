"""A campaign, its chunks, who approved it, what became of it. No row is ever changed: a state is the last step."""

from django.db import models


class Campaign(models.Model):
    """One row: a plan for many certificates; its digest is what operators approve."""

    class Kind(models.TextChoices):
        COHORT_CHANGE = "cohort_change"
        MASS_REPLACEMENT = "mass_replacement"
        MASS_REVOCATION = "mass_revocation"
        POPULATION_ISSUE = "population_issue"

    class Input(models.TextChoices):
        CARDS = "cards"  # a card bureau's requests: the key that a chip made, or one of our pool
        CERTIFICATES = "certificates"  # that there are already, by issuer and serial number
        KEYS = "keys"  # SubjectPublicKeyInfo: who wrote the file vouches that the keys are the holders'
        CSR = "csr"  # PKCS#10: each request proves it itself
        RECORDS = "records"  # no key at all: each line takes one of our pool

    reference = models.CharField(max_length=16, unique=True)  # C26110001
    kind = models.CharField(max_length=24, choices=Kind)
    type_code = models.CharField(max_length=32)
    input = models.CharField(max_length=16, choices=Input)
    agreement = models.CharField(max_length=64)  # name and version of the text that holders agreed to
    grant_id = models.UUIDField(null=True)  # the owner's leave to open their records, where any is opened
    purpose = models.CharField(max_length=64)
    count = models.IntegerField()
    digest = models.BinaryField(max_length=32)
    facts = models.JSONField()  # what the dry run found: cost, time, and so on
    planned_by = models.CharField(max_length=32)
    planned_at = models.DateTimeField()


class CampaignTerms(models.Model):
    """One row: what else operators approve of a campaign: why certificates are revoked, and what was asked for."""

    campaign_id = models.BigIntegerField(unique=True)
    terms = models.JSONField()


class CampaignChunk(models.Model):
    """One row: some lines of a campaign, packed: a record and a public key (or a request for one) each, or certificates."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    count = models.IntegerField()
    items = models.BinaryField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", name="chunk_of_campaign_once")]


class CampaignApproval(models.Model):
    """One row: one operator agrees to one digest. Only the terminal and the console may write here, no worker, no signer."""

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
    leaf_id = models.BigIntegerField(
        null=True
    )  # the leaf that says so; steps of before 2026-11 do not know theirs
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


class RevokedChunk(models.Model):
    """One row: certificates of a chunk were revoked, but for those that were already: all of it, or what was due of it."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    part = models.SmallIntegerField()
    is_last = models.BooleanField()  # nothing of the chunk is left to do
    revoked = models.IntegerField()
    revoked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", "part", name="chunk_revoked_once")]


class CampaignFailure(models.Model):
    """One row: of one line of a chunk nothing came, and why."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    place = models.SmallIntegerField()
    code = models.CharField(max_length=64)
    failed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", "place", name="line_failed_once")]


class CardBatch(models.Model):
    """One row: what a campaign is a card bureau's batch of, and to whom the keys that we made for it are sealed."""

    campaign_id = models.BigIntegerField(unique=True)
    bureau = models.CharField(max_length=32)
    batch = models.CharField(max_length=32)
    transport_certificate = models.BinaryField(null=True)  # where any key is ours

    class Meta:
        constraints = [models.UniqueConstraint("bureau", "batch", name="card_batch_once")]


class CardRequests(models.Model):
    """One row: the bureau's numbers of a chunk's lines, in their order."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    requests = models.TextField()  # a line each

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", name="card_requests_of_chunk_once")]


class CardResponse(models.Model):
    """One row: the digest of a response file that was written for a bureau."""

    campaign_id = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    issued = models.IntegerField()
    failed = models.IntegerField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "sha256", name="card_response_once")]


class CardAcknowledgement(models.Model):
    """One row: the bureau has the response of this digest, so that no key of the campaign is kept any longer."""

    campaign_id = models.BigIntegerField(unique=True)
    sha256 = models.BinaryField(max_length=32)
    actor = models.CharField(max_length=32)
    acknowledged_at = models.DateTimeField()


class CardSealRequest(models.Model):
    """One row: a chunk's certificates are recorded, so that the keys we made for it may be sealed to the bureau."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    requested_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("campaign_id", "number", name="card_sealing_of_chunk_asked_once")
        ]


class SealedCards(models.Model):
    """One row: the signer sealed the keys of a chunk to the bureau, or refused to, and why; it is not asked again."""

    campaign_id = models.BigIntegerField()
    number = models.IntegerField()
    count = models.IntegerField()
    sha256 = models.BinaryField(max_length=32)  # of the sealed keys, in the order of the lines
    code = models.CharField(max_length=64)  # why not; otherwise empty
    leaf_id = models.BigIntegerField()
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("campaign_id", "number", name="cards_of_chunk_sealed_once")]
