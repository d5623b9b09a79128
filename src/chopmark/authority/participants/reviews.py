"""Reviews of access (C82): from time to time another person says of everybody who may act that she should, or no more."""

from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Min

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.selectors import months_later
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants.errors import (
    AccessDecided,
    AccessGivenByReviewer,
    AccessNotInReview,
    AccessOfOnesOwn,
    LoginClosed,
    ReviewRunning,
)
from chopmark.authority.participants.leaving import end_access
from chopmark.authority.participants.models import (
    AccessDecision,
    AccessReview,
    AccessSuspension,
    Login,
    ReviewedAccess,
    ReviewedAccessQuerySet,
    RoleAssignment,
    SparedReviewer,
)
from chopmark.authority.participants.permissions import PERMISSIONS_OF, Permission
from chopmark.authority.participants.policy import is_cleared
from chopmark.authority.participants.selectors import (
    clearances_of,
    is_suspended,
    require_permission,
    require_staff,
)
from chopmark.authority.participants.states import Verdict

log = structlog.get_logger("participants")


def latest_review() -> AccessReview | None:
    return AccessReview.objects.order_by("-number").first()


@act(AuditTag.ACCESS_REVIEW_OPENED)
def open_review(*, actor: Actor, now: datetime) -> AccessReview:
    """Open a review before the clock does; not while one runs."""
    require_permission(actor, Permission.STAFF_ACCESS_REVIEW)
    _hold()
    last = latest_review()
    if last is not None and now < last.due_at and _lines(last).undecided(now).exists():
        raise ReviewRunning(review=last.number)
    return _open(last, actor, now)


def open_due_review(*, actor: Actor, now: datetime) -> None:
    """The clock opens a review when the months of the pack are over, whoever forgot."""
    if not _is_due(now):
        return
    with transaction.atomic():
        _hold()
        if _is_due(now):
            _open_due_review(actor=actor, now=now)


@act(AuditTag.ACCESS_REVIEW_OPENED)
def _open_due_review(*, actor: Actor, now: datetime) -> AccessReview:
    return _open(latest_review(), actor, now)


def _is_due(now: datetime) -> bool:
    last = latest_review()
    began = last.opened_at if last else RoleAssignment.objects.aggregate(first=Min("starts_at"))["first"]
    if began is None:
        return False
    pack = current()
    day = pack.authority.day_of
    return months_later(day(began), pack.access.review_months) <= day(now)


def _open(last: AccessReview | None, actor: Actor, now: datetime) -> AccessReview:
    """The review and a line for everybody who could act at this moment, under one leaf."""
    number = last.number + 1 if last else 1
    due_at = now + timedelta(days=current().access.review_days)
    review = AccessReview.objects.create(number=number, opened_by=actor.id, opened_at=now, due_at=due_at)
    held: dict[int, list[RoleAssignment]] = {}
    for assignment in RoleAssignment.objects.in_force(now).order_by("login_id", "role"):
        held.setdefault(assignment.login_id, []).append(assignment)
    lines = ReviewedAccess.objects.bulk_create(
        ReviewedAccess(
            review=number,
            login_id=login_id,
            roles=",".join(one.role for one in roles),
            since=min(one.starts_at for one in roles),
        )
        for login_id, roles in held.items()
    )
    leave(payload={"actor": actor.id, "review": number, "people": len(lines)}, rows=[review, *lines], now=now)
    return review


@act(AuditTag.ACCESS_DECIDED)
def decide(*, number: str, verdict: Verdict, actor: Actor, now: datetime) -> AccessDecision:
    """Confirm that somebody goes on, which lifts her suspension too; or withdraw all that she may, for good."""
    # 1. A reviewer, and neither herself nor whoever gave her the role.
    require_permission(actor, Permission.STAFF_ACCESS_REVIEW)
    if number == actor.id:
        raise AccessOfOnesOwn
    login = require_staff(number)
    if RoleAssignment.objects.in_force(now).filter(login=login, given_by=actor.id).exists():
        raise AccessGivenByReviewer

    # 2. The review that runs speaks of her, and has not decided.
    _hold()
    review = _review_of(login)
    if AccessDecision.objects.filter(review=review.number, login=login).exists():
        raise AccessDecided
    if not login.is_active:
        raise LoginClosed(number=number)

    # 3. The decision, and what follows of it.
    decision = AccessDecision.objects.create(
        review=review.number, login=login, verdict=verdict, decided_by=actor.id, decided_at=now
    )
    if verdict is Verdict.WITHDRAWN:
        end_access(login, now)
    said = {"login": number, "review": review.number, "verdict": verdict}
    leave(payload={"actor": actor.id, **said}, rows=[decision], now=now)
    return decision


def _review_of(login: Login) -> AccessReview:
    review = latest_review()
    if review is None or not _lines(review).filter(login=login).exists():
        raise AccessNotInReview
    return review


def suspend_passed_over(*, actor: Actor, now: datetime) -> None:
    """Whoever was not decided about when a review was due is suspended, until a review confirms her.

    Not the last who could review: nobody would be left to confirm anybody.
    """
    if not _passed_over(now):
        return
    with transaction.atomic():
        _hold()
        # Looked at again: somebody may have been decided about, or suspended by another worker, meanwhile.
        for review, login_id in _passed_over(now):
            is_last = _able_reviewers(now) == {login_id}
            (_spare if is_last else _suspend)(review=review, login_id=login_id, actor=actor, now=now)


@act(AuditTag.ACCESS_SUSPENDED)
def _suspend(*, review: int, login_id: int, actor: Actor, now: datetime) -> None:
    suspension = AccessSuspension.objects.create(review=review, login_id=login_id, suspended_at=now)
    said = {"actor": actor.id, "login_id": login_id, "review": review}
    leave(payload=said, rows=[suspension], now=now)


@act(AuditTag.ACCESS_SPARED)
def _spare(*, review: int, login_id: int, actor: Actor, now: datetime) -> None:
    SparedReviewer.objects.create(review=review, login_id=login_id, spared_at=now)
    leave(payload={"actor": actor.id, "login_id": login_id, "review": review}, now=now)
    log.warning("last_reviewer_not_suspended", review=review)


def _able_reviewers(now: datetime) -> set[int]:
    """Who holds a role that reviews, and can act: cleared, and not suspended."""
    roles = [role for role, may in PERMISSIONS_OF.items() if Permission.STAFF_ACCESS_REVIEW in may]
    held = RoleAssignment.objects.in_force(now).filter(role__in=roles)
    day = current().authority.day_of(now)
    ids = set(held.values_list("login_id", flat=True))
    return {one for one in ids if is_cleared(clearances_of(one), day) and not is_suspended(one)}


def _passed_over(now: datetime) -> list[tuple[int, int]]:
    due = AccessReview.objects.filter(due_at__lte=now).values("number")
    suspended = AccessSuspension.objects.values_list("review", "login_id")
    spared = SparedReviewer.objects.values_list("review", "login_id")
    lines = ReviewedAccess.objects.undecided(now).filter(review__in=due).values_list("review", "login_id")
    return sorted(set(lines) - set(suspended) - set(spared))


def _lines(review: AccessReview) -> ReviewedAccessQuerySet:
    return ReviewedAccess.objects.filter(review=review.number)


def _hold() -> None:
    """One act of a review at a time: who decides and who suspends must see each other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('access review'), 0)")
