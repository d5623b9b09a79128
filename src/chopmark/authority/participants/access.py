"""Who may do what (C82): the list that a reviewer decides about, and an assessor takes along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Max

from chopmark.authority.catalogue.reading import current
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants import policy
from chopmark.authority.participants.models import (
    AccessDecision,
    AccessReview,
    Clearance,
    Departure,
    Login,
    ReviewedAccess,
    RoleAssignment,
    StaffSignIn,
)
from chopmark.authority.participants.permissions import Role
from chopmark.authority.participants.reviews import latest_review
from chopmark.authority.participants.selectors import ending_soon, is_suspended, require_staff
from chopmark.authority.participants.states import ClearanceKind, ReasonToLeave, Verdict
from chopmark.pki.refusals import Refusal

LEAVERS = 50  # the latest, on one page


class Standing(StrEnum):
    """How somebody of the staff stands today; the first that fits."""

    LEFT = "left"
    CLOSED = "closed"
    SUSPENDED = "suspended"
    NOT_CLEARED = "not_cleared"
    ENDS_SOON = "ends_soon"
    GOOD = "good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One member of staff: what she may do, since when and by whose word, when she was last seen, and how she stands."""

    number: str
    name: str
    kind: ActorKind
    roles: tuple[Role, ...]
    outlet: str
    since: datetime
    given_by: tuple[str, ...]
    last_seen: datetime | None
    valid_until: Mapping[ClearanceKind, date]
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    number: str
    name: str
    leaves_on: date
    reason: ReasonToLeave
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleared:
    """One record of vetting or agreement, as it was written down."""

    kind: ClearanceKind
    done_on: date
    valid_until: date
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLine:
    """Somebody as a review found her, and what was said of her in it."""

    access: Access
    roles: tuple[Role, ...]  # when the review opened
    verdict: Verdict | None
    decided_by: str
    decided_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.verdict is None and self.access.standing not in (Standing.LEFT, Standing.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A review of access, complete when nobody in it is open."""

    number: int
    opened_by: str
    opened_at: datetime
    due_at: datetime
    lines: tuple[ReviewLine, ...]

    @property
    def open_count(self) -> int:
        return sum(line.is_open for line in self.lines)


def people(now: datetime) -> tuple[Access, ...]:
    """Every member of staff whose login is open, by number."""
    staff = Login.objects.exclude(kind=ActorKind.APPLICANT).filter(is_active=True).order_by("number")
    return tuple(_accesses(staff, now))


def person(number: str, now: datetime) -> Access:
    return next(iter(_accesses([require_staff(number)], now)))


def clearances(number: str) -> tuple[Cleared, ...]:
    """All that was ever recorded of somebody, the newest first."""
    rows = Clearance.objects.filter(login__number=number).order_by("-pk")
    return tuple(
        Cleared(
            kind=ClearanceKind(row.kind),
            done_on=row.done_on,
            valid_until=row.valid_until,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
        )
        for row in rows
    )


def leavers() -> tuple[Leaver, ...]:
    """Who left, the last first: for the owner, who has credentials of theirs at her desk."""
    rows = Departure.objects.select_related("login").order_by("-pk")[:LEAVERS]
    return tuple(map(_leaver, rows))


def departure_of(number: str) -> Leaver | None:
    row = Departure.objects.select_related("login").filter(login__number=number).first()
    return _leaver(row) if row else None


def review(now: datetime) -> Review | None:
    """The review that was opened last, with everybody in it; None before the first."""
    last = latest_review()
    return _review(last, now) if last else None


def _review(found: AccessReview, now: datetime) -> Review:
    lines = ReviewedAccess.objects.filter(review=found.number).select_related("login")
    ordered = sorted(lines, key=lambda line: line.login.number)
    said = {one.login_id: one for one in AccessDecision.objects.filter(review=found.number)}
    accesses = _accesses([line.login for line in ordered], now)
    pairs = zip(ordered, accesses, strict=True)
    return Review(
        number=found.number,
        opened_by=found.opened_by,
        opened_at=found.opened_at,
        due_at=found.due_at,
        lines=tuple(_line(line, access, said.get(line.login_id)) for line, access in pairs),
    )


def _line(line: ReviewedAccess, access: Access, said: AccessDecision | None) -> ReviewLine:
    return ReviewLine(
        access=access,
        roles=tuple(Role(role) for role in line.roles.split(",")),
        verdict=Verdict(said.verdict) if said else None,
        decided_by=said.decided_by if said else "",
        decided_at=said.decided_at if said else None,
    )


def _leaver(row: Departure) -> Leaver:
    return Leaver(
        number=row.login.number,
        name=row.login.display_name,
        leaves_on=row.leaves_on,
        reason=ReasonToLeave(row.reason),
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
    )


def _accesses(logins: Iterable[Login], now: datetime) -> list[Access]:
    """In the order of the logins; a query for each kind of fact, not for each person."""
    staff = list(logins)
    ids = [login.pk for login in staff]
    roles: dict[int, list[RoleAssignment]] = {}
    for held in RoleAssignment.objects.in_force(now).filter(login__in=ids).order_by("role"):
        roles.setdefault(held.login_id, []).append(held)
    seen = dict(
        StaffSignIn.objects.filter(login__in=ids).values_list("login").annotate(last=Max("at")).order_by()
    )
    cleared: dict[int, dict[ClearanceKind, date]] = {}
    found = Clearance.objects.filter(login__in=ids).order_by("login", "kind", "-pk").distinct("login", "kind")
    for row in found:
        cleared.setdefault(row.login_id, {})[ClearanceKind(row.kind)] = row.valid_until
    left = set(Departure.objects.filter(login__in=ids).values_list("login", flat=True))
    return [
        Access(
            number=login.number,
            name=login.display_name,
            kind=ActorKind(login.kind),
            roles=tuple(Role(one.role) for one in roles.get(login.pk, ())),
            outlet=login.outlet,
            since=min((one.starts_at for one in roles.get(login.pk, ())), default=login.opened_at),
            given_by=tuple(sorted({one.given_by for one in roles.get(login.pk, ())})),
            last_seen=seen.get(login.pk),
            valid_until=cleared.get(login.pk, {}),
            standing=_standing(login, cleared.get(login.pk, {}), has_left=login.pk in left, now=now),
        )
        for login in staff
    ]


def _standing(
    login: Login, valid_until: Mapping[ClearanceKind, date], *, has_left: bool, now: datetime
) -> Standing:
    if has_left:
        return Standing.LEFT
    if not login.is_active:
        return Standing.CLOSED
    if is_suspended(login.pk):
        return Standing.SUSPENDED
    try:
        policy.require_cleared(valid_until, current().authority.day_of(now))
    except Refusal:
        return Standing.NOT_CLEARED
    return Standing.ENDS_SOON if ending_soon(login.pk, now=now) else Standing.GOOD
