"""Leave for many records at once: written by one officer of the owner, signed by two, counted, ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import F, Q, QuerySet

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.policy.errors import (
    GrantAlreadySigned,
    GrantNotForThis,
    GrantNotSigned,
    GrantOver,
    GrantTooWide,
    GrantUnknown,
    GrantUsedUp,
    KindNotOfPurpose,
)
from chopmark.strongroom.policy.models import GrantSignature, OwnerGrant
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.purposes import require_allowed, terms
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import owners
from chopmark.strongroom.tags import Tag

# No policy lowers this: with one signature a single officer would hold every record.
SIGNATURES = 2


class GrantState(StrEnum):
    """How a grant stands."""

    ENDED = "ended"
    IN_FORCE = "in_force"
    RUN_OUT = "run_out"
    UNSIGNED = "unsigned"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a grant is to be good for."""

    purpose: str
    fields: frozenset[str]
    caller: str
    records: int
    expires_at: datetime


@act(Tag.GRANT_WRITTEN)
def write_grant(*, scope: Scope, keys: Keyring, actor: Actor, now: datetime) -> UUID:
    """Write down what two officers of the owner are asked to sign; it opens nothing yet."""
    # 1. An officer of the owner, a purpose for which a grant can be given, no more than the policy gives.
    officer = owners.require_owner(actor)
    _require_given(scope.purpose, scope.fields, scope.caller)
    widest = terms().grant
    if not (0 < scope.records <= widest.most_records and now < scope.expires_at <= now + widest.longest):
        raise GrantTooWide

    # 2. The grant and its leaf.
    grant = OwnerGrant.objects.create(
        id=keys.draw_id(),
        purpose=scope.purpose,
        fields=sorted(scope.fields),
        caller=scope.caller,
        records=scope.records,
        written_by=officer,
        written_at=now,
        expires_at=scope.expires_at,
    )
    leave(actor=actor, payload=_facts(grant), now=now)
    return grant.pk


@act(Tag.GRANT_SIGNED)
def sign_grant(*, grant_id: UUID, actor: Actor, now: datetime) -> int:
    """Sign a grant in one's own name; answers how many have signed. The leaf has all that was signed for."""
    officer = owners.require_owner(actor)
    grant = _hold(grant_id)
    _require_running(grant, now)
    if grant.signatures.filter(officer=officer).exists():
        raise GrantAlreadySigned
    signature = GrantSignature.objects.create(grant=grant, officer=officer, signed_at=now)
    leave(actor=actor, payload=_facts(grant), now=now, rows=[signature])
    return grant.signatures.count()


@act(Tag.GRANT_ENDED)
def end_grant(*, grant_id: UUID, actor: Actor, now: datetime) -> None:
    """End a grant before its time: one officer of the owner is enough. When this returns it opens nothing more."""
    owners.require_owner(actor)
    grant = _hold(grant_id)
    grant.ended_at = grant.ended_at or now
    grant.save(update_fields=["ended_at"])
    leave(actor=actor, payload=_facts(grant), now=now)


def grants() -> QuerySet[OwnerGrant]:
    """All grants, newest first."""
    every = OwnerGrant.objects.select_related("written_by").prefetch_related("signatures__officer")
    return every.order_by("-written_at")


def state_of(grant: OwnerGrant, now: datetime) -> GrantState:
    """How a grant stands at a moment."""
    if grant.ended_at is not None:
        return GrantState.ENDED
    if now >= grant.expires_at:
        return GrantState.RUN_OUT
    if _signed(grant) < SIGNATURES:
        return GrantState.UNSIGNED
    return GrantState.USED_UP if grant.used >= grant.records else GrantState.IN_FORCE


def counts(signature: GrantSignature) -> bool:
    """By an officer of the owner's own who is still let in: one who has left cannot stand for two."""
    officer = signature.officer
    return officer.left_at is None and officer.role == OfficerRole.OWNER


# The same, asked of the database: whoever opens in bulk asks it each time.
_COUNTS = Q(officer__left_at=None, officer__role=OfficerRole.OWNER.value)


def _signed(grant: OwnerGrant) -> int:
    return sum(counts(each) for each in grant.signatures.all())


def use(grant_id: UUID, *, caller: str, records: int, now: datetime) -> OwnerGrant:
    """Take so many of a grant's count, inside an act; a rollback gives them back."""
    # Held until the act ends: what runs side by side waits, and an ending that has returned is never passed.
    grant = _hold(grant_id)
    _require_running(grant, now)
    if grant.signatures.filter(_COUNTS).count() < SIGNATURES:
        raise GrantNotSigned
    if grant.caller != caller:
        raise GrantNotForThis
    if grant.used + records > grant.records:
        raise GrantUsedUp(left=grant.records - grant.used)
    OwnerGrant.objects.filter(pk=grant.pk).update(used=F("used") + records)
    return grant


def require_for(grant: OwnerGrant, *, purpose: str, fields: frozenset[str]) -> None:
    """The grant was signed for this purpose and for all these fields, and the policy still gives them so."""
    if grant.purpose != purpose or not fields <= set(grant.fields):
        raise GrantNotForThis
    _require_given(purpose, fields, grant.caller)


def _require_given(name: str, fields: frozenset[str], caller: str) -> None:
    purpose = terms().purpose(name)
    if CaseKind.GRANT not in purpose.kinds:
        raise KindNotOfPurpose
    require_allowed(purpose, fields=fields, caller=caller, case_purposes=frozenset({name}))


def _hold(grant_id: UUID) -> OwnerGrant:
    grant = OwnerGrant.objects.select_for_update(no_key=True).filter(pk=grant_id).first()
    if grant is None:
        raise GrantUnknown
    return grant


def _require_running(grant: OwnerGrant, now: datetime) -> None:
    if grant.ended_at is not None or now >= grant.expires_at:
        raise GrantOver


def _facts(grant: OwnerGrant) -> dict[str, object]:
    return {
        "grant": str(grant.pk),
        "purpose": grant.purpose,
        "fields": list(grant.fields),
        "caller": grant.caller,
        "records": grant.records,
        "expires_at": int(grant.expires_at.timestamp()),
    }
