"""An application, without the applicant's record."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from chopmark.authority.applications.states import GAVE_UP, ApplicationState
from chopmark.authority.catalogue.words import KeySource


class ApplicationQuerySet(models.QuerySet["Application"]):
    def waiting_at(self, outlet: str) -> Self:
        return self.filter(outlet=outlet, state=ApplicationState.SUBMITTED).order_by("submitted_at")

    def awaiting_release(self) -> Self:
        return self.filter(state=ApplicationState.VERIFIED).order_by("submitted_at")

    def forgotten(self, before: datetime) -> Self:
        return self.filter(state=ApplicationState.BEGUN, begun_at__lt=before)


class Application(models.Model):
    """One row: one applicant asks once for one certificate of one type."""

    reference = models.CharField(max_length=16, unique=True)  # AP261100419
    login_id = models.BigIntegerField(db_index=True)
    type_code = models.CharField(max_length=32)
    state = models.CharField(max_length=16, default=ApplicationState.BEGUN)
    outlet = models.CharField(max_length=16)

    key_source = models.CharField(max_length=16)
    csr = models.BinaryField(null=True)
    spki_sha256 = models.BinaryField(max_length=32, null=True)

    agreement = models.CharField(max_length=64)  # name and version of the text agreed to
    nonce = models.BinaryField(max_length=16)  # ties the desk's receipt to this application

    # From the owner's receipt: what will be public anyway, and pointers that open nothing by themselves.
    receipt_id = models.UUIDField(null=True, unique=True)
    receipt = models.TextField(
        blank=True, default=""
    )  # the owner's words and signature: the signer reads them again
    record_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    subject_name = models.CharField(max_length=64, blank=True, default="")
    subject_email = models.CharField(max_length=255, blank=True, default="")  # ub-emailaddress-length
    age_band = models.CharField(max_length=16, blank=True, default="")
    facts = models.JSONField(
        default=dict
    )  # further fields of the type's DN template: organisation, unit, domain names

    begun_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="application_state_known", condition=Q(state__in=list(ApplicationState))
            ),
            models.CheckConstraint(
                name="application_key_source_known", condition=Q(key_source__in=list(KeySource))
            ),
            models.CheckConstraint(
                name="application_own_key_has_csr",
                condition=Q(csr__isnull=False) | ~Q(key_source=KeySource.OWN),
            ),
            models.UniqueConstraint(
                name="application_key_once",
                fields=["spki_sha256"],
                condition=Q(spki_sha256__isnull=False) & ~Q(state__in=list(GAVE_UP)),
            ),
        ]
        indexes = [
            models.Index("outlet", "state", "submitted_at", name="application_queue"),
            models.Index("record_id", name="application_of_record"),
        ]
