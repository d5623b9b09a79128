"""A purpose that wants two: one officer asks, a different one confirms, and only then the first may open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Case
from chopmark.strongroom.policy.errors import RequestUnknown, SecondPersonIsFirst, SecondPersonNeeded
from chopmark.strongroom.policy.models import PairRequest
from chopmark.strongroom.purposes import DESK, require_allowed, terms
from chopmark.strongroom.services import cases, owners
from chopmark.strongroom.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the first officer wants to open."""

    case_id: UUID
    purpose: str
    fields: frozenset[str]


@act(Tag.OPENING_ASKED)
def ask_opening(*, wish: Wish, keys: Keyring, actor: Actor, now: datetime) -> UUID:
    """Ask, as an officer at the desk, to open some fields; nothing is opened until another confirms."""
    owners.require_officer(actor)
    case = cases.hold(wish.case_id)
    cases.require_live(case, now)
    purpose = terms().purpose(wish.purpose)
    require_allowed(purpose, fields=wish.fields, caller=DESK, case_purposes=frozenset(case.purposes))
    request = PairRequest.objects.create(
        id=keys.draw_id(),
        case=case,
        purpose=purpose.name,
        fields=sorted(wish.fields),
        asked_by=actor.id,
        asked_at=now,
    )
    leave(actor=actor, payload=_facts(request), now=now)
    return request.pk


@act(Tag.OPENING_CONFIRMED)
def confirm_opening(*, request_id: UUID, actor: Actor, now: datetime) -> None:
    """Agree, as another officer at the desk, that the first may open what she asked for."""
    owners.require_officer(actor)
    request = PairRequest.objects.select_for_update().filter(pk=request_id, confirmed_at=None).first()
    if request is None or now >= request.asked_at + terms().pair.confirm_within:
        raise RequestUnknown
    if request.asked_by == actor.id:
        raise SecondPersonIsFirst
    request.confirmed_by, request.confirmed_at = actor.id, now
    request.save(update_fields=["confirmed_by", "confirmed_at"])
    leave(actor=actor, payload=_facts(request), now=now)


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
