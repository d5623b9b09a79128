"""Opening a record: what must be true first, and the row and leaf that are on disk before a value leaves."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

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
# More records of one person than this tell an officer nothing further.
MOST_FOUND = 10


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Other records of the same person, oldest first, and whether there are more than are named."""

    records: tuple[UUID, ...]
    more: bool


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
def find(*, asked: Asked, actor: Actor, now: datetime) -> Found:
    """The other live records with the same identity card number, of applications that came home.

    One opening, of the asker's record; the subjects of the records it names are told, at no cost to any limit.
    """
    case = _require_leave(asked, actor, now)
    cases.confirm(case, now)
    _note_opening(case.record, case, asked, actor, now)
    others = list(_same_person(case.record)[: MOST_FOUND + 1])
    named = others[:MOST_FOUND]
    for record in named:
        _note_opening(record, case, asked, actor, now, named=True)
    return Found(records=tuple(record.pk for record in named), more=len(others) > MOST_FOUND)


def _same_person(record: Record) -> QuerySet[Record]:
    # A form that anybody may send to the desk is nobody's record until its application has come home.
    # Who closes a case has its receipt too; a case that the clock closed has no record left.
    is_home = Q(confirmed_at__isnull=False) | Q(closed_at__isnull=False)
    home = Case.objects.filter(is_home, record=OuterRef("pk"))
    same = Record.objects.filter(Exists(home), blind_index=record.blind_index, shredded_at=None)
    return same.exclude(pk=record.pk).order_by("created_at", "pk")


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
    shown = Opening.objects.filter(refused="", named=False)
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


def _note_opening(
    record: Record, case: Case, asked: Asked, actor: Actor, now: datetime, *, named: bool = False
) -> None:
    payload = {"record": str(record.pk), "case": str(case.pk), "purpose": asked.purpose}
    leaf_id = leave(actor=actor, payload=payload | {"fields": sorted(asked.fields)}, now=now)
    opening = _opening(record, case, asked, actor, now, leaf_id, refused="")
    opening.named = named
    opening.save(force_insert=True)


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
