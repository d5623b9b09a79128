"""Opening a record: what must be true first, and the row and leaf that are on disk before a value leaves."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from chopmark.strongroom import locks, vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import (
    CallerLimitReached,
    CaseLimitReached,
    IdentityNumberDiffers,
    RecordLimitReached,
    TooManyMismatches,
    TotalLimitReached,
)
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import act, leave_with, row_if_refused
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.models import Case, Opening, Record
from chopmark.strongroom.notices.errors import PurposeOnlyDelivers
from chopmark.strongroom.particulars import ASKABLE, as_asked
from chopmark.strongroom.policy.errors import PurposeLimitReached, PurposeOnlyCompares
from chopmark.strongroom.policy.shapes import STANDING, CaseKind, Purpose
from chopmark.strongroom.purposes import require_allowed, terms
from chopmark.strongroom.services import cases, suppression, two_persons, watching
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.services.watching import Verb
from chopmark.strongroom.tags import Tag

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
    outlet: str = ""  # as the caller says: evidence, counted but not believed

    @classmethod
    def of(
        cls,
        case_id: UUID,
        purpose: str,
        fields: Sequence[str],
        caller: str,
        application: str | None,
        outlet: str = "",
    ) -> Self:
        return cls(
            case_id=case_id,
            purpose=purpose[: watching.LONGEST_WORD],
            fields=frozenset(fields),
            caller=caller,
            application=application,
            outlet=outlet,
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
    fields = by_present_key(record.locked, lambda locked: vault.unlock(locked, kek=keys.kek))
    return as_asked(fields, asked.fields)


@act(Tag.RECORD_OPENED)
def _write_opening(*, asked: Asked, actor: Actor, now: datetime) -> Record:
    return note_opening(asked, actor, now, Verb.OPEN).record


def note_opening(asked: Asked, actor: Actor, now: datetime, verb: Verb) -> Opening:
    """Inside an act: require leave, and write the opening down. The record must stay shut until the act has ended."""
    case = _require_leave(asked, actor, now, verb)
    cases.confirm(case, now)
    opening = _note_opening(case.record, case, asked, actor, now)
    _watch(asked, actor, now, verb)
    return opening


@act(Tag.RECORD_MATCHED)
def find(*, asked: Asked, actor: Actor, now: datetime) -> Found:
    """The other live records with the same identity card number, of applications that came home.

    One opening, of the asker's record; the subjects of the records it names are told, at no cost to any limit.
    """
    case = _require_leave(asked, actor, now, Verb.FIND)
    cases.confirm(case, now)
    _note_opening(case.record, case, asked, actor, now)
    others = list(_same_person(case.record)[: MOST_FOUND + 1])
    named = others[:MOST_FOUND]
    for record in named:
        _note_opening(record, case, asked, actor, now, named=True)
    _watch(asked, actor, now, Verb.FIND)
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
    case = _require_leave(asked, actor, now, Verb.COMPARE)
    _require_few_mismatches(case)
    if not hmac.compare_digest(blind_index, bytes(case.record.blind_index or b"")):
        raise IdentityNumberDiffers
    cases.confirm(case, now)
    _note_opening(case.record, case, asked, actor, now)
    _watch(asked, actor, now, Verb.COMPARE)


def _require_leave(asked: Asked, actor: Actor, now: datetime, verb: Verb) -> Case:
    """A live case, for this application, whose purpose allows the fields at this door, within every limit."""
    # 1. The asker is not stopped, nor to wait; refused or answered, each asking is counted.
    if verb not in (Verb.RELEASE, Verb.DELIVER):  # which attended before they looked for a case
        watching.attend(_asking(asked, actor, verb), now)

    # 2. Of somebody who may have forbidden marketing the record is locked before the case, like everywhere.
    agreed = terms().purposes.get(asked.purpose)
    if agreed is not None and agreed.marketing:
        suppression.hold_of_case(asked.case_id)

    # 3. The case; unless its subject herself opened it, the witnesses are not late.
    case = cases.hold(asked.case_id)
    if case.kind != CaseKind.SUBJECT:
        witnesses.require_in_time(now)

    # 4. From here on a refusal is also a line in the subject's history.
    row_if_refused(lambda refusal: _opening(case.record, case, asked, actor, now, refused=refusal.code))

    # 5. It is live, the asker's own if it is an officer's, and the caller's application is its own.
    cases.require_live(case, now)
    cases.require_own(case, actor)
    if asked.application is not None:
        cases.require_application(case, asked.application)

    # 6. The purpose allows these fields at this door, and a second person agreed if it wants one.
    purpose = terms().purpose(asked.purpose)
    require_allowed(purpose, fields=asked.fields, caller=asked.caller, case_purposes=frozenset(case.purposes))
    _require_for_verb(purpose, verb)
    if purpose.marketing:
        suppression.require_permitted(case.record_id)
    if purpose.two_persons:
        two_persons.use(case, purpose.name, asked.fields, actor, now)

    # 7. The limits: counted under one lock, so that callers side by side cannot pass them together.
    _require_within_limits(case, asked, now)
    _require_within_limits_of(purpose, now)
    return case


def _require_for_verb(purpose: Purpose, verb: Verb) -> None:
    if purpose.only_compared and verb not in (Verb.COMPARE, Verb.FIND):
        raise PurposeOnlyCompares
    if purpose.only_delivered and verb is not Verb.DELIVER:
        raise PurposeOnlyDelivers


def _asking(asked: Asked, actor: Actor, verb: Verb) -> watching.Asking:
    return watching.Asking(
        caller=asked.caller, actor=actor.id, outlet=asked.outlet, purpose=asked.purpose, verb=verb
    )


def _watch(asked: Asked, actor: Actor, now: datetime, verb: Verb) -> None:
    watching.note(_asking(asked, actor, verb), now)


def _require_within_limits(case: Case, asked: Asked, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", locks.OPENINGS)
    limits = terms().limits
    shown = _shown()
    most = _most_openings(case)
    if most is not None and shown.filter(case=case).count() >= most:
        raise CaseLimitReached
    of_record = shown.filter(record=case.record_id, at__gt=now - timedelta(days=1))
    if of_record.count() >= limits.openings_per_record_in_a_day:
        raise RecordLimitReached
    of_hour = shown.filter(at__gt=now - timedelta(hours=1))
    if of_hour.filter(caller=asked.caller).count() >= limits.openings_per_caller_in_an_hour:
        raise CallerLimitReached
    if of_hour.count() >= limits.openings_in_an_hour:
        raise TotalLimitReached


def _require_within_limits_of(purpose: Purpose, now: datetime) -> None:
    of_purpose = _shown().filter(purpose=purpose.name)
    of_hour, of_day = (of_purpose.filter(at__gt=now - timedelta(hours=hours)) for hours in (1, 24))
    if of_hour.count() >= purpose.per_hour or of_day.count() >= purpose.per_day:
        raise PurposeLimitReached


def _shown() -> QuerySet[Opening]:
    # What a grant gave is counted in the grant, and being named costs nobody anything.
    return Opening.objects.filter(refused="", named=False, grant=None)


def _most_openings(case: Case) -> int | None:
    if case.kind == CaseKind.APPLICATION:
        return terms().case.openings
    # A choice lasts until it is withdrawn, notices as long as the record: days and hours bound them, not a total.
    return None if case.kind in STANDING else terms().leave[case.kind].openings


def _require_few_mismatches(case: Case) -> None:
    wrong = Opening.objects.filter(case=case, refused=IdentityNumberDiffers.code)
    if wrong.count() >= terms().limits.mismatches_per_case:
        raise TooManyMismatches


def _note_opening(
    record: Record, case: Case, asked: Asked, actor: Actor, now: datetime, *, named: bool = False
) -> Opening:
    payload: dict[str, object] = {"record": str(record.pk), "case": str(case.pk), "purpose": asked.purpose}
    payload["fields"] = sorted(asked.fields)
    if (told_at := told_at_of(asked.purpose, now)) is not None:
        # Not to tell her at once is written down too, with its end.
        payload["told_at"] = int(told_at.timestamp())
    opening = _opening(record, case, asked, actor, now, refused="")
    opening.named = named
    return leave_with(opening, actor=actor, payload=payload, now=now)


def _opening(
    record: Record, case: Case, asked: Asked, actor: Actor, now: datetime, *, refused: str
) -> Opening:
    # Named by its leaf, which is unique: no further randomness is needed.
    return Opening(
        at=now,
        case=case,
        record=record,
        purpose=asked.purpose,
        # A field that no record has would be the caller's own words in the subject's history.
        fields=[name for name in ASKABLE if name in asked.fields],
        caller=asked.caller,
        actor=actor.id,
        outlet=asked.outlet,
        refused=refused,
        told_at=told_at_of(asked.purpose, now),
    )


def told_at_of(purpose: str, now: datetime) -> datetime | None:
    """When the subject may see a line of this purpose; at once, unless a law says later."""
    agreed = terms().purposes.get(purpose)
    return None if agreed is None or agreed.delay is None else now + agreed.delay.told_after
