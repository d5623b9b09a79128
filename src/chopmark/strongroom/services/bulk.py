"""Opening many records under a grant: a leaf each, all on disk before the first value is read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from chopmark.pki.tlog.promise import promiser
from chopmark.strongroom import receipts, vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.client import RollLine, RollReceipt, roll_digest
from chopmark.strongroom.copying import copy_rows, in_one
from chopmark.strongroom.errors import NothingAsked, RecordLimitReached, RecordShredded, RequestMalformed
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.leaves import Line, act, leave_many, sayer
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.models import Opening
from chopmark.strongroom.particulars import age_band, as_asked
from chopmark.strongroom.policy.errors import MarketingForbidden, RecordUnknown
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import granting, suppression, watching
from chopmark.strongroom.services.openings import told_at_of
from chopmark.strongroom.services.present_keys import by_present_key
from chopmark.strongroom.tags import Tag
from chopmark.strongroom.vault import Locked

HERE = ZoneInfo("Asia/Hong_Kong")  # the calendar by which somebody comes of age
Fields = dict[str, str | None]
# What a roll says of each record; the age band is said beside them, and the day of birth stays inside.
ROLL_FIELDS = ("name", "email")
_OPENING = Opening._meta.db_table  # noqa: SLF001  # Django's documented way to a model's table


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What somebody wants of many records, by which grant."""

    grant_id: UUID
    purpose: str
    fields: frozenset[str]
    caller: str
    records: tuple[UUID, ...]
    outlet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One record of a batch: its fields, or the code of why it stayed shut."""

    record_id: UUID
    fields: Fields | None
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRoll:
    """One record of a batch that a roll is over: its line, or the code of why it stayed shut."""

    record_id: UUID
    line: RollLine | None
    refused: str = ""


def open_many(*, batch: Batch, keys: Keyring, actor: Actor, now: datetime) -> list[Opened]:
    """Open some fields of many records under a grant; every opening is durably written down first."""
    return [_as_asked(one, batch) for one in _opened(batch, keys, actor, now)]


def open_roll(
    *, batch: Batch, type_code: str, keys: Keyring, actor: Actor, now: datetime
) -> tuple[list[OnRoll], str]:
    """The same for names that will stand in certificates of a type, with the owner's one signature over all that were shown.

    A receipt for each would be a signature for each; the signer of certificates asks only whether the owner said these names.
    """
    if not set(ROLL_FIELDS) <= batch.fields or not type_code:
        raise RequestMalformed
    today = now.astimezone(HERE).date()
    called = [_called(one, today) for one in _opened(batch, keys, actor, now)]
    lines = [one.line for one in called if one.line is not None]
    if not lines:
        return called, ""
    roll = RollReceipt(
        grant=batch.grant_id,
        purpose=batch.purpose,
        type=type_code,
        count=len(lines),
        sha256=roll_digest(lines),
        at=int(now.timestamp()),
    )
    return called, receipts.sign(receipts.roll_payload(roll), key=keys.receipt_key)


def _opened(
    batch: Batch, keys: Keyring, actor: Actor, now: datetime
) -> Iterator[tuple[UUID, vault.Fields | str]]:
    found = _write_openings(batch=batch, actor=actor, now=now)

    kek = keys.kek.at_hand()

    def unlock(locked: Locked) -> vault.Fields:
        return vault.unlock(locked, kek=kek)

    for record_id, locked in found.items():
        yield record_id, by_present_key(locked, unlock) if isinstance(locked, Locked) else locked


def _as_asked(one: tuple[UUID, vault.Fields | str], batch: Batch) -> Opened:
    record_id, fields = one
    if isinstance(fields, str):
        return Opened(record_id=record_id, fields=None, refused=fields)
    return Opened(record_id=record_id, fields=as_asked(fields, batch.fields))


def _called(one: tuple[UUID, vault.Fields | str], today: date) -> OnRoll:
    record_id, fields = one
    if isinstance(fields, str):
        return OnRoll(record_id=record_id, line=None, refused=fields)
    band = age_band(date.fromisoformat(fields["birth_date"] or ""), today)
    line = RollLine(record_id, fields["name"] or "", fields["email"] or "", str(band))
    return OnRoll(record_id=record_id, line=line)


@act(Tag.RECORDS_OPENED)
def _write_openings(*, batch: Batch, actor: Actor, now: datetime) -> dict[UUID, Locked | str]:
    # 1. Something is asked, each record once, no more than a call may hold; the asker is free to ask, and the witnesses
    # are not late.
    if not batch.records:
        raise NothingAsked
    if len(set(batch.records)) != len(batch.records) or len(batch.records) > terms().grant.most_in_a_call:
        raise RequestMalformed
    asking = watching.Asking(
        caller=batch.caller,
        actor=actor.id,
        outlet=batch.outlet,
        purpose=batch.purpose,
        verb=watching.Verb.BULK,
    )
    watching.attend(asking, now)
    witnesses.require_in_time(now)

    # 2. The records, held against shredding; one that is gone, was opened too often or of somebody who has forbidden
    # marketing is refused by itself.
    found = _find(batch.records, now)
    agreed = terms().purposes.get(batch.purpose)
    if agreed is not None and agreed.marketing:
        found |= dict.fromkeys(suppression.forbidden_among(found), MarketingForbidden.code)

    # 3. The grant gives as many as will be shown.
    shown = sum(isinstance(locked, Locked) for locked in found.values())
    grant = granting.use(batch.grant_id, caller=batch.caller, records=shown, now=now)
    granting.require_for(grant, purpose=batch.purpose, fields=batch.fields)

    # 4. A leaf and a line in the subject's history for each, in three inserts.
    _note(batch, found, actor, now)
    watching.note(asking, now)
    return found


def _find(record_ids: Sequence[UUID], now: datetime) -> dict[UUID, Locked | str]:
    found: dict[UUID, Locked | str] = dict.fromkeys(record_ids, RecordUnknown.code)
    by_text = {str(record_id): record_id for record_id in record_ids}
    asked = in_one(by_text)
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, (asked,))
        for text, wrapped_key, ciphertext in cursor.fetchall():
            record_id = by_text[text]
            found[record_id] = (
                RecordShredded.code
                if wrapped_key is None
                else Locked(record_id=record_id, wrapped_key=bytes(wrapped_key), ciphertext=bytes(ciphertext))
            )
        most = terms().limits.openings_per_record_in_a_day
        cursor.execute(_OPENED_OFTEN, (asked, now - timedelta(days=1), most))
        found |= {record_id: RecordLimitReached.code for (record_id,) in cursor.fetchall()}
    return found


# Held against shredding, in one order for everybody.
_RECORDS = """
select id::text, wrapped_key, ciphertext from strongroom_record
where id = any(string_to_array(%s, ',')::uuid[]) order by id for no key update
"""
_OPENED_OFTEN = """
select record_id from strongroom_opening
where record_id = any(string_to_array(%s, ',')::uuid[]) and refused = '' and not named and at > %s
group by record_id having count(*) >= %s
"""


def _note(batch: Batch, found: dict[UUID, Locked | str], actor: Actor, now: datetime) -> None:
    told_at = told_at_of(batch.purpose, now)
    shared: dict[str, Any] = {
        "grant": str(batch.grant_id),
        "purpose": batch.purpose,
        "fields": sorted(batch.fields),
    }
    if told_at is not None:
        shared["told_at"] = int(told_at.timestamp())
    row = _Row.of(batch, actor, now, told_at)
    lines = list(_lines(row, found, actor, shared))
    leaf_ids = leave_many(lines=lines, now=now)
    row.insert(
        [
            (leaf_id, record_id, line.refused or "")
            for leaf_id, record_id, line in zip(leaf_ids, found, lines, strict=True)
            if line.refused != RecordUnknown.code
        ]
    )


def _lines(
    row: "_Row", found: Mapping[UUID, Locked | str], actor: Actor, shared: Mapping[str, Any]
) -> Iterator[Line]:
    say, say_unknown = sayer(actor, shared, ["record", "rows"]), sayer(actor, shared, ["record"])
    promise = row.promiser()
    for record_id, locked in found.items():
        refused, record = "" if isinstance(locked, Locked) else locked, str(record_id)
        # What no record has, no history can show: its leaf is all there is.
        if refused == RecordUnknown.code:
            yield Line(say_unknown([f'"{record}"']), refused)
        else:
            yield Line(say([f'"{record}"', f'["{promise((record, refused))}"]']), refused or None)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line in the subject's history, but for whose it is and whether it was refused: the same for all of a batch."""

    shared: dict[str, Any]

    @classmethod
    def of(cls, batch: Batch, actor: Actor, now: datetime, told_at: datetime | None) -> Self:
        return cls(
            {
                "at": now,
                "case_id": None,
                "grant_id": batch.grant_id,
                "purpose": batch.purpose,
                "fields": sorted(batch.fields),
                "caller": batch.caller,
                "actor": actor.id,
                "outlet": batch.outlet,
                "told_at": told_at,
                "named": False,
            }
        )

    def promiser(self) -> Callable[[Sequence[str]], str]:
        """What a leaf says of its row, by the row's record and refusal."""
        return promiser(_OPENING, ("record_id", "refused"), self.shared)

    def insert(self, rows: Sequence[tuple[int, UUID, str]]) -> None:
        copy_rows(_OPENING, ["leaf_id", "record_id", "refused"], rows, self.shared)
