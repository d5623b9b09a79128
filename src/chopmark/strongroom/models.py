"""What the strongroom keeps, and what its database will refuse."""

from datetime import UTC
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from chopmark.strongroom.breaches import models as _breaches  # noqa: F401  Django finds the tables in it by this
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.log import models as _log  # noqa: F401  and in it
from chopmark.strongroom.notices import models as _notices  # noqa: F401  and in it
from chopmark.strongroom.policy import models as _policy  # noqa: F401  and in it
from chopmark.strongroom.policy import registers as _registers  # noqa: F401  the same
from chopmark.strongroom.policy import requests as _requests  # noqa: F401  the same
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.vault import Locked


class Record(models.Model):
    """One person's particulars, as one application gave them: ciphertext, and what finds it again."""

    id = models.UUIDField(primary_key=True, editable=False)
    wrapped_key = models.BinaryField(null=True)
    ciphertext = models.BinaryField(null=True)
    blind_index = models.BinaryField(max_length=32, null=True)
    # Says whether a form that comes again is the same form, without opening the record.
    form_digest = models.BinaryField(max_length=32, null=True)
    access_salt = models.BinaryField(max_length=16, null=True)
    access_verifier = models.BinaryField(max_length=32, null=True)
    # In which letters are written to her; empty where nobody knows, and they are written in both.
    language = models.CharField(max_length=8, blank=True, default="")
    created_at = models.DateTimeField()
    shredded_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index("blind_index", name="record_by_blind_index"),
            # What is too young to be due is not looked at: the sweep asks each minute.
            models.Index("created_at", name="record_kept_by_age", condition=Q(shredded_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                name="record_whole_or_shredded",
                condition=Q(
                    shredded_at=None,
                    wrapped_key__isnull=False,
                    ciphertext__isnull=False,
                    blind_index__isnull=False,
                    form_digest__isnull=False,
                    access_salt__isnull=False,
                    access_verifier__isnull=False,
                )
                | Q(
                    shredded_at__isnull=False,
                    wrapped_key=None,
                    ciphertext=None,
                    blind_index=None,
                    form_digest=None,
                    access_salt=None,
                    access_verifier=None,
                ),
            )
        ]

    @property
    def locked(self) -> Locked:
        if self.wrapped_key is None or self.ciphertext is None:
            raise RecordShredded
        return Locked(
            record_id=self.pk, wrapped_key=bytes(self.wrapped_key), ciphertext=bytes(self.ciphertext)
        )


class Case(models.Model):
    """The leave to open one record for some purposes until some moment; `kind` says whose leave it was."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(
        max_length=16,
        choices=[(kind.value, kind.name) for kind in CaseKind],
        default=CaseKind.APPLICATION.value,
    )
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="cases")
    application_reference = models.CharField(max_length=32)
    type = models.CharField(max_length=32)
    nonce = models.CharField(max_length=64)
    purposes = ArrayField(models.CharField(max_length=32))
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                "opened_at", name="case_unconfirmed", condition=Q(confirmed_at=None, closed_at=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_closes_after_it_opens", condition=Q(closes_at__gt=models.F("opened_at"))
            ),
            # References are guessable and the desk's link is unsigned: only the portal's nonce is the applicant's own.
            models.UniqueConstraint("application_reference", "nonce", name="case_of_errand_once"),
            models.UniqueConstraint(
                fields=["record"], name="case_for_notices_once", condition=Q(kind=CaseKind.NOTICES.value)
            ),
        ]


class Receipt(models.Model):
    """What the desk signed, under its record's key: the same question has the same answer. Never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=16)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="receipts")
    nonce = models.CharField(max_length=64)
    officer = models.CharField(max_length=32, blank=True)  # of a sighting
    ciphertext = models.BinaryField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("kind", "case", "nonce", name="receipt_once")]


class Opening(models.Model):
    """One row: somebody was shown these fields of a record, or was refused them. Added, never changed."""

    leaf_id = models.BigIntegerField(primary_key=True)  # the log entry that says the same
    at = models.DateTimeField()
    # Leave is a case, or in bulk a grant; a refused release may have neither.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="openings")
    # Whoever opens holds both rows until this one is there, and no role may delete either: the database would look for
    # them a second time, for each of a population.
    grant = models.ForeignKey(
        "strongroom.OwnerGrant",
        on_delete=models.PROTECT,
        null=True,
        related_name="openings",
        db_index=False,  # counted in the grant's own row
        db_constraint=False,
    )
    record = models.ForeignKey(
        Record,
        on_delete=models.PROTECT,
        related_name="openings",
        db_index=False,  # opening_by_record
        db_constraint=False,
    )
    purpose = models.CharField(max_length=64)
    fields = ArrayField(models.CharField(max_length=32))
    caller = models.CharField(max_length=16)
    actor = models.CharField(max_length=32)
    # As the caller says: evidence, counted but not believed; empty at the desk, or where none was said.
    outlet = models.CharField(max_length=32, blank=True)
    refused = models.CharField(max_length=64, blank=True)
    # Lawfully kept from the subject until then; the owner sees it at once.
    told_at = models.DateTimeField(null=True)
    # Named by the `find` of another record's case: told to the subject, and counted against nobody.
    named = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index("record", "leaf_id", name="opening_by_record"),
            models.Index("at", name="opening_by_time"),
        ]
        constraints = [
            models.CheckConstraint(
                name="opening_by_case_or_grant",
                condition=Q(case__isnull=False, grant=None)
                | Q(case=None, grant__isnull=False)
                | (Q(case=None, grant=None) & ~Q(refused="")),
            )
        ]


class Complaint(models.Model):
    """One row: the subject of a record does not recognise one line of its history. Added, never changed."""

    opening = models.OneToOneField(Opening, on_delete=models.PROTECT, related_name="complaint")
    opened_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    @property
    def reference(self) -> str:
        """What both sides call it: CM, the year and month in UTC, five figures."""
        return f"CM{self.opened_at.astimezone(UTC):%y%m}{self.pk:05d}"


class Outcome(models.TextChoices):
    """What the owner can answer to a complaint; words for both sides are the desk's."""

    IN_ORDER = "in_order"
    NOT_IN_ORDER = "not_in_order"
    STILL_LOOKING = "still_looking"


class ComplaintAnswer(models.Model):
    """One row: what the owner found, and her words under the record's key. Added, never changed."""

    id = models.UUIDField(primary_key=True, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=16, choices=Outcome)
    ciphertext = models.BinaryField(null=True)
    officer = models.CharField(max_length=16)
    answered_at = models.DateTimeField()
    leaf_id = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="complaint_outcome_known", condition=Q(outcome__in=[one.value for one in Outcome])
            ),
            models.UniqueConstraint(
                fields=["complaint"],
                name="complaint_settled_once",
                condition=~Q(outcome=Outcome.STILL_LOOKING.value),
            ),
        ]


class WrongSignIn(models.Model):
    """One row: somebody failed to sign in as the subject of a record; counted, and forgotten after a day."""

    blind_index = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index("at", name="wrong_sign_in_by_time")]


class Leaf(models.Model):
    """One act or refusal, and its place in the log for ever; there are no gaps, so the rows are the tree."""

    entry = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    position = models.BigIntegerField(unique=True)

    class Meta:
        constraints = [models.CheckConstraint(name="positions_start_at_0", condition=Q(position__gte=0))]


class LeafPayload(models.Model):
    """What a leaf commits to; deleting a row shreds it, salt and all."""

    leaf_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField(max_length=32)
    payload = models.JSONField()


class FullTile(models.Model):
    """One row: one full tile and the hash over it, which stands in the tile above (C2SP tlog-tiles)."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    root_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(models.F("level"), models.F("index"), name="full_tile_once")]


class LogCheckpoint(models.Model):
    """One row: one signed tree head, and the right edge from which signing goes on. Added, never changed."""

    size = models.BigIntegerField(primary_key=True)
    root_hash = models.BinaryField(max_length=32)
    right_edge = models.BinaryField()
    note = models.TextField()
    signed_at = models.DateTimeField()


class OfficerManager(BaseUserManager["Officer"]):
    def get_by_natural_key(self, username: str | None) -> "Officer":
        return self.get(number=username)


class Officer(AbstractBaseUser):
    """Somebody whom the owner lets sign in at the desk: the credential is the owner's."""

    number = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=64)
    role = models.CharField(
        max_length=16,
        choices=[(role.value, role.name) for role in OfficerRole],
        default=OfficerRole.COUNTER.value,
    )
    registered_at = models.DateTimeField()
    # SHA-256 of the one-time link's token; gone once it is used.
    welcome_digest = models.BinaryField(max_length=32, null=True, unique=True)
    welcome_until = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "number"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[Any] = OfficerManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="officer_role_known", condition=Q(role__in=[one.value for one in OfficerRole])
            )
        ]

    @property
    def is_active(self) -> bool:  # type: ignore[override]  # Django has a column; here it follows from two facts
        return self.left_at is None and self.welcome_digest is None
