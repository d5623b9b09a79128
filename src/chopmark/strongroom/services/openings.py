"""Opening a record: what must be true first, and the row and leaf that are on disk before a value leaves."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import connection

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import (
    CallerLimitReached,
    CaseLimitReached,
    IdentityNumberDiffers,
    RecordLimitReached,
    TooManyMismatches,
    TotalLimitReached,
)
from chopmark.strongroom.keyring import Keyring
from chopmark.strongroom.leaves import act, if_refused, leave
from chopmark.strongroom.models import Case, Opening, Record
from chopmark.strongroom.particulars import FIELDS
from chopmark.strongroom.purposes import require_allowed, terms
from chopmark.strongroom.services import cases
from chopmark.strongroom.tags import Tag

_OPENING_LOCK = (0x5374, 2)
_LONGEST_WORD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants of a record, through which door and by what leave."""

    case_id: UUID
    purpose: str
    fields: frozenset[str]
    caller: str
    application: str | None = None

    @classmethod
    def of(
        cls, case_id: UUID, purpose: str, fields: Sequence[str], caller: str, application: str | None
    ) -> Self:
        return cls(
            case_id=case_id,
            purpose=purpose[:_LONGEST_WORD],
            fields=frozenset(fields),
            caller=caller,
            application=application,
        )


def open_fields(*, asked: Asked, keys: Keyring, actor: Actor, now: datetime) -> dict[str, str | None]:
    """Open some fields of a record for a purpose, under a live case; durably written down first."""
    record = _write_opening(asked=asked, actor=actor, now=now)
    # The opening is committed. A crash from here on leaves one that showed nothing: the harmless order.
    fields = vault.unlock(record.locked, kek=keys.kek)
    return {name: fields[name] for name in FIELDS if name in asked.fields}


@act(Tag.RECORD_OPENED)
def _write_opening(*, asked: Asked, actor: Actor, now: datetime) -> Record:
    case = _require_leave(asked, actor, now)
    cases.confirm(case, now)
    _note_opening(case.record, case, asked, actor, now)
    return case.record


@act(Tag.RECORD_MATCHED)
def find(*, asked: Asked, actor: Actor, now: datetime) -> list[UUID]:
    """The other live records with the same identity card number; an opening of every record it names."""
    case = _require_leave(asked, actor, now)
    cases.confirm(case, now)
    same = Record.objects.filter(blind_index=case.record.blind_index, shredded_at=None)
    others = list(same.exclude(pk=case.record_id).order_by("created_at", "pk"))
    for record in (case.record, *others):
        _note_opening(record, case, asked, actor, now)
    return [record.pk for record in others]


@act(Tag.RECORD_COMPARED)
def compare(*, asked: Asked, blind_index: bytes, actor: Actor, now: datetime) -> None:
    """Compare a number read from a card with the record's; right or wrong, it is written down first."""
    case = _require_leave(asked, actor, now)
    _require_few_mismatches(case)
    if not hmac.compare_digest(blind_index, bytes(case.record.blind_index or b"")):
        raise IdentityNumberDiffers
    cases.confirm(case, now)
    _note_opening(case.record, case, asked, actor, now)


def _require_leave(asked: Asked, actor: Actor, now: datetime) -> Case:
    """A live case, for this application, whose purpose allows the fields at this door, within every limit."""
    # 1. The case; from here on a refusal is also a line in the subject's history.
    case = cases.hold(asked.case_id)
    if_refused(lambda refusal, leaf_id: _note_refusal(case, asked, actor, now, refusal, leaf_id))

    # 2. It is live, and the caller's application is its own.
    cases.require_live(case, now)
    if asked.application is not None:
        cases.require_application(case, asked.application)

    # 3. The purpose allows these fields at this door.
    purpose = terms().purpose(asked.purpose)
    require_allowed(purpose, fields=asked.fields, caller=asked.caller, case_purposes=frozenset(case.purposes))

    # 4. The limits: counted under one lock, so that callers side by side cannot pass them together.
    _require_within_limits(case, asked, now)
    return case


def _require_within_limits(case: Case, asked: Asked, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", _OPENING_LOCK)
    limits = terms().limits
    shown = Opening.objects.filter(refused="")
    if shown.filter(case=case).count() >= terms().case.openings:
        raise CaseLimitReached
    of_record = shown.filter(record=case.record_id, at__gt=now - timedelta(days=1))
    if of_record.count() >= limits.openings_per_record_in_a_day:
        raise RecordLimitReached
    of_hour = shown.filter(at__gt=now - timedelta(hours=1))
    if of_hour.filter(caller=asked.caller).count() >= limits.openings_per_caller_in_an_hour:
        raise CallerLimitReached
    if of_hour.count() >= limits.openings_in_an_hour:
        raise TotalLimitReached


def _require_few_mismatches(case: Case) -> None:
    wrong = Opening.objects.filter(case=case, refused=IdentityNumberDiffers.code)
    if wrong.count() >= terms().limits.mismatches_per_case:
        raise TooManyMismatches


def _note_opening(record: Record, case: Case, asked: Asked, actor: Actor, now: datetime) -> None:
    payload = {"record": str(record.pk), "case": str(case.pk), "purpose": asked.purpose}
    leaf_id = leave(actor=actor, payload=payload | {"fields": sorted(asked.fields)}, now=now)
    _opening(record, case, asked, actor, now, leaf_id, refused="").save(force_insert=True)


def _note_refusal(
    case: Case, asked: Asked, actor: Actor, now: datetime, refusal: Refusal, leaf_id: int
) -> None:
    _opening(case.record, case, asked, actor, now, leaf_id, refused=refusal.code).save(force_insert=True)


def _opening(
    record: Record, case: Case, asked: Asked, actor: Actor, now: datetime, leaf_id: int, *, refused: str
) -> Opening:
    # Named by its leaf, which is unique: no further randomness is needed.
    return Opening(
        leaf_id=leaf_id,
        at=now,
        case=case,
        record=record,
        purpose=asked.purpose,
        # A field that no record has would be the caller's own words in the subject's history.
        fields=[name for name in FIELDS if name in asked.fields],
        caller=asked.caller,
        actor=actor.id,
        refused=refused,
    )
