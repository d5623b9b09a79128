"""Logins, the roles they hold, and the numbers of subscribers. Outlets and contracts are policy, and stand in
the pack.
"""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants.states import ClearanceKind, ReasonToLeave, Verdict

KINDS = (ActorKind.APPLICANT, ActorKind.OFFICER, ActorKind.OPERATOR, ActorKind.SUPERVISOR)


class LoginManager(BaseUserManager["Login"]):
    """Django finds a login by its number; nothing here makes one, that is what the services are for."""


class Login(AbstractBaseUser):
    """One row: one person who may sign in, by number. An applicant has no name here, and nobody has an
    address.
    """

    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=16)
    display_name = models.CharField(max_length=64, blank=True, default="")
    outlet = models.CharField(max_length=16, blank=True, default="")
    is_active = models.BooleanField(default=True)
    opened_at = models.DateTimeField()

    # When somebody signed in is in the log; Django would write it here without leaving a leaf.
    last_login = None

    objects: ClassVar[LoginManager] = LoginManager()

    USERNAME_FIELD = "number"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="login_kind_known", condition=Q(kind__in=[str(kind) for kind in KINDS])
            ),
            models.CheckConstraint(
                name="login_applicant_has_no_name", condition=~Q(kind="applicant") | Q(display_name="")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_staff_login(self) -> bool:
        return self.kind != ActorKind.APPLICANT


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def in_force(self, at: datetime) -> Self:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


class RoleAssignment(models.Model):
    """One row: a login holds a trusted role (RFC 3647 §5.2) from a moment, until another."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=32)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    given_by = models.CharField(max_length=32)

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="role_ends_after_it_starts", condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=["login", "role"], condition=Q(ends_at=None), name="role_held_once"
            ),
        ]


class WelcomeLink(models.Model):
    """One row: a link by which a member of staff sets a first password, once. The token itself is nowhere."""

    token_sha256 = models.BinaryField(max_length=32, unique=True)
    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Subscriber(models.Model):
    """One row: a subscriber reference number and the owner's record it stands for (C10). Never changed, never
    reused.
    """

    srn = models.CharField(max_length=10, unique=True)
    record_id = models.UUIDField(unique=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="srn_is_ten_digits", condition=Q(srn__regex=r"^[0-9]{10}$"))
        ]


class OutletSuspensionQuerySet(models.QuerySet["OutletSuspension"]):
    def in_force(self, at: datetime) -> Self:
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=at), starts_at__lte=at)


class OutletSuspension(models.Model):
    """One row: an outlet of the pack does no e-Cert work from a moment, until another."""

    outlet = models.CharField(max_length=16)
    reason = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    objects = OutletSuspensionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["outlet"], condition=Q(ends_at=None), name="outlet_suspended_once"
            )
        ]


class Clearance(models.Model):
    """One row: somebody was vetted, or signed the non-disclosure agreement; of each kind the last row counts. Never changed."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    done_on = models.DateField()
    valid_until = models.DateField()  # the last day, by the pack of the day when it was recorded
    recorded_by = models.CharField(max_length=32)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="clearance_kind_known", condition=Q(kind__in=[str(one) for one in ClearanceKind])
            ),
            models.CheckConstraint(
                name="clearance_ends_after_it_was_given", condition=Q(valid_until__gte=F("done_on"))
            ),
        ]


class Departure(models.Model):
    """One row: somebody leaves, and all her access ended when this was written. Never changed."""

    login = models.OneToOneField(Login, on_delete=models.PROTECT, related_name="+")
    leaves_on = models.DateField()
    reason = models.CharField(max_length=16)
    recorded_by = models.CharField(max_length=32)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="departure_reason_known", condition=Q(reason__in=[str(one) for one in ReasonToLeave])
            )
        ]


class StaffSignIn(models.Model):
    """One row: somebody of the staff came in; what a reviewer reads as "last seen". Never changed."""

    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class AccessReview(models.Model):
    """One row: from this moment it is reviewed who may do what, until the other (C82). Never changed."""

    number = models.IntegerField(unique=True)
    opened_by = models.CharField(max_length=32)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="review_due_after_it_opens", condition=Q(due_at__gt=F("opened_at")))
        ]


class ReviewedAccessQuerySet(models.QuerySet["ReviewedAccess"]):
    def undecided(self, at: datetime) -> Self:
        """Of whom neither this review nor a later one said anything, and who could still act."""
        decided = AccessDecision.objects.filter(login=OuterRef("login"), review__gte=OuterRef("review"))
        holds = RoleAssignment.objects.in_force(at).filter(login=OuterRef("login"))
        return self.filter(~Exists(decided), Exists(holds))


class ReviewedAccess(models.Model):
    """One row: somebody could act when a review opened, in these roles. Never changed."""

    review = models.IntegerField()  # its number
    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    roles = models.CharField(max_length=128)
    since = models.DateTimeField()

    objects = ReviewedAccessQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "login"], name="access_reviewed_once")]


class AccessDecision(models.Model):
    """One row: what a reviewer says of somebody's access, once a review. Never changed."""

    review = models.IntegerField()
    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=16)
    decided_by = models.CharField(max_length=32)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "login"], name="access_decided_once"),
            models.CheckConstraint(
                name="verdict_known", condition=Q(verdict__in=[str(one) for one in Verdict])
            ),
        ]


class AccessSuspension(models.Model):
    """One row: a review was due and had said nothing of her; she is suspended until one confirms her. Never changed."""

    review = models.IntegerField()
    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    suspended_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "login"], name="access_suspended_once")]


class SparedReviewer(models.Model):
    """One row: a review passed her over, and she was not suspended for it: nobody else could review. Never changed."""

    review = models.IntegerField()
    login = models.ForeignKey(Login, on_delete=models.PROTECT, related_name="+")
    spared_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "login"], name="reviewer_spared_once")]
