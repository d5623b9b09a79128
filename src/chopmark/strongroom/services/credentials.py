"""Credentials at the desk (C82): who has one, when it was last used, and another's word that it is still needed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Max

from chopmark.strongroom import officers
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import OfficerUnknown
from chopmark.strongroom.leaves import act, leave, leave_with
from chopmark.strongroom.models import Officer
from chopmark.strongroom.policy.errors import CredentialOfOnesOwn
from chopmark.strongroom.policy.registers import CredentialReview
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import owners
from chopmark.strongroom.tags import Tag


class Standing(StrEnum):
    """How a credential stands; the first that fits."""

    ENDED = "ended"
    LINK_SENT = "link_sent"  # she has not used her one-time link yet
    OVERDUE = "overdue"  # nobody has said for too long that it is still needed
    REVIEWED = "reviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    number: str
    name: str
    role: OfficerRole
    registered_at: datetime
    last_used_at: datetime | None
    reviewed_at: datetime | None
    left_at: datetime | None
    standing: Standing

    @property
    def is_open(self) -> bool:
        return self.standing is not Standing.ENDED


def register(now: datetime) -> list[Credential]:
    """Every credential that was ever given, those that still stand first."""
    reviewed = dict(CredentialReview.objects.order_by().values_list("officer").annotate(last=Max("at")))
    found = [_credential(one, reviewed, now) for one in Officer.objects.order_by("number")]
    return sorted(found, key=lambda one: not one.is_open)


def overdue(now: datetime) -> int:
    """How many credentials nobody has looked at for too long."""
    return sum(one.standing is Standing.OVERDUE for one in register(now))


def credential(number: str, now: datetime) -> Credential:
    found = next((one for one in register(now) if one.number == number), None)
    if found is None:
        raise OfficerUnknown
    return found


@act(Tag.OFFICER_CONFIRMED)
def confirm(*, number: str, actor: Actor, now: datetime) -> CredentialReview:
    """Say, as another officer of the owner, that somebody still needs her credential."""
    by = owners.require_owner(actor)
    officer = _anothers(number, actor)
    review = CredentialReview(officer=officer, by=by, at=now)
    return leave_with(review, actor=actor, payload={"officer": number}, now=now)


@act(Tag.OFFICER_LEFT)
def remove(*, number: str, actor: Actor, now: datetime) -> None:
    """End somebody's credential for good: she left, or needs it no more."""
    owners.require_owner(actor)
    officers.end(_anothers(number, actor), now)
    leave(actor=actor, payload={"officer": number}, now=now)


def _anothers(number: str, actor: Actor) -> Officer:
    """The credential that still stands under this number, which is not the asker's own."""
    if number == actor.id:
        raise CredentialOfOnesOwn
    officer = Officer.objects.select_for_update(no_key=True).filter(number=number, left_at=None).first()
    if officer is None:
        raise OfficerUnknown
    return officer  # type: ignore[no-any-return]  # its manager


def _credential(officer: Officer, reviewed: Mapping[int, datetime], now: datetime) -> Credential:
    last = reviewed.get(officer.pk)
    return Credential(
        number=officer.number,
        name=officer.name,
        role=OfficerRole(officer.role),
        registered_at=officer.registered_at,
        last_used_at=officer.last_login,
        reviewed_at=last,
        left_at=officer.left_at,
        standing=_standing(officer, last or officer.registered_at, now),
    )


def _standing(officer: Officer, looked_at: datetime, now: datetime) -> Standing:
    if officer.left_at is not None:
        return Standing.ENDED
    if officer.welcome_digest is not None:
        return Standing.LINK_SENT
    days = timedelta(days=terms().limits.officers_reviewed_after_days)
    return Standing.OVERDUE if looked_at + days <= now else Standing.REVIEWED
