"""A purpose that wants two: one officer asks, a different one confirms, and only then the first may open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Case
from chopmark.strongroom.policy.errors import (
    ReasonMissing,
    RequestUnknown,
    SecondPersonIsFirst,
    SecondPersonNeeded,
)
from chopmark.strongroom.policy.models import Decline, PairRequest
from chopmark.strongroom.purposes import DESK, require_allowed, terms
from chopmark.strongroom.services import cases, owners
from chopmark.strongroom.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the first officer wants to open."""

    case_id: UUID
    purpose: str
    fields: frozenset[str]
    why: str = ""


@act(Tag.OPENING_ASKED)
def ask_opening(*, wish: Wish, keys: Keyring, actor: Actor, now: datetime) -> UUID:
    """Ask, as an officer at the desk, to open some fields; nothing is opened until another confirms."""
    owners.require_officer(actor)
    case = cases.hold(wish.case_id)
    cases.require_live(case, now)
    cases.require_own(case, actor)
    if not wish.why.strip():
        raise ReasonMissing
    purpose = terms().purpose(wish.purpose)
    require_allowed(purpose, fields=wish.fields, caller=DESK, case_purposes=frozenset(case.purposes))
    request_id = keys.draw_id()
    sealed = vault.lock_text(
        wish.why,
        locked=case.record.locked,
        text_id=request_id,
        kek=keys.kek,
        nonce=keys.draw(vault.NONCE),
    )
    request = PairRequest.objects.create(
        id=request_id,
        case=case,
        purpose=purpose.name,
        fields=sorted(wish.fields),
        asked_by=actor.id,
        asked_at=now,
        why=sealed,
    )
    leave(actor=actor, payload=_facts(request), now=now)
    return request.pk


@act(Tag.OPENING_CONFIRMED)
def confirm_opening(*, request_id: UUID, actor: Actor, now: datetime) -> None:
    """Agree, as another officer at the desk, that the first may open what she asked for."""
    request = _answerable(request_id, actor, now)
    request.confirmed_by, request.confirmed_at = actor.id, now
    request.save(update_fields=["confirmed_by", "confirmed_at"])
    leave(actor=actor, payload=_facts(request), now=now)


@act(Tag.OPENING_DECLINED)
def decline_opening(*, request_id: UUID, because: Decline, actor: Actor, now: datetime) -> None:
    """Say, as another officer at the desk, that the first may not open what she asked for, and why."""
    request = _answerable(request_id, actor, now)
    request.declined_by, request.declined_at, request.declined_because = actor.id, now, because.value
    request.save(update_fields=["declined_by", "declined_at", "declined_because"])
    leave(actor=actor, payload=_facts(request) | {"because": because.value}, now=now)


def waiting(now: datetime) -> QuerySet[PairRequest]:
    """Requests that nobody has answered and that are not too old, the oldest first."""
    since = now - terms().pair.confirm_within
    found = PairRequest.objects.filter(confirmed_at=None, declined_at=None, asked_at__gt=since)
    return found.select_related("case__record", "case__said").order_by("asked_at")


def _answerable(request_id: UUID, actor: Actor, now: datetime) -> PairRequest:
    owners.require_officer(actor)
    request = PairRequest.objects.select_for_update().filter(pk=request_id).first()
    if request is None or request.confirmed_at is not None or request.declined_at is not None:
        raise RequestUnknown
    if now >= request.asked_at + terms().pair.confirm_within:
        raise RequestUnknown
    if request.asked_by == actor.id:
        raise SecondPersonIsFirst
    return request


def use(case: Case, purpose: str, fields: frozenset[str], actor: Actor, now: datetime) -> None:
    """Spend the confirmation of exactly this opening; a rollback gives it back."""
    mine = PairRequest.objects.select_for_update().filter(
        case=case, purpose=purpose, fields=sorted(fields), asked_by=actor.id, opened_at=None
    )
    request = mine.filter(confirmed_at__gt=now - terms().pair.open_within).order_by("confirmed_at").first()
    if request is None:
        raise SecondPersonNeeded
    request.opened_at = now
    request.save(update_fields=["opened_at"])


def _facts(request: PairRequest) -> dict[str, Any]:
    return {"request": str(request.pk), "case": str(request.case_id), "purpose": request.purpose}
