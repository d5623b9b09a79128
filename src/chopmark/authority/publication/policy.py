"""When a list is due, and whether what is on it is what it should be. Pure: no database, no clock."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chopmark.authority.publication.errors import ListNotOurs
from chopmark.pki.crl import CrlFacts, CRLReason, RevokedEntry, read_entries, read_serial_numbers
from chopmark.pki.der import Reader

if TYPE_CHECKING:  # so that an audit may read a rule before it has settings
    from chopmark.authority.revocation.selectors import Stretch

# Whoever relies on a certificate must not go on because the next full list is hours away (CPS 4.9.8).
NOT_TO_WAIT = frozenset({CRLReason.KEY_COMPROMISE, CRLReason.CA_COMPROMISE, CRLReason.AA_COMPROMISE})

# A revocation carries the second in which it was asked for, and may commit a little later than a list of that second was read.
COMMIT_MAY_TAKE = timedelta(minutes=5)
# What was intended while the signer was away is prepared anew rather than signed late; the door's own clock allows as much.
SIGNED_WITHIN = timedelta(minutes=10)
# An intent numbered further ahead than the door allows was not written by us, and no list is numbered after it.
NUMBERS_NEAR = 100_000


def last_slot(slots: Sequence[time], *, zone: ZoneInfo, now: datetime) -> datetime:
    """The latest moment of the daily timetable that has come (C51)."""
    today = now.astimezone(zone).date()
    days = (today, today - timedelta(days=1))
    moments = (datetime.combine(day, slot, tzinfo=zone) for day in days for slot in slots)
    return max(moment for moment in moments if moment <= now)


def next_slot(slots: Sequence[time], *, zone: ZoneInfo, now: datetime) -> datetime:
    """The first moment of the daily timetable that is to come."""
    today = now.astimezone(zone).date()
    days = (today, today + timedelta(days=1))
    return min(slot for day in days for slot in slots_of(day, slots, zone=zone) if slot > now)


def slots_of(day: date, slots: Sequence[time], *, zone: ZoneInfo) -> list[datetime]:
    """The moments of the timetable on one day."""
    return [datetime.combine(day, slot, tzinfo=zone) for slot in slots]


def is_due(
    *,
    made_at: datetime | None,
    next_update: datetime | None,
    slot: datetime | None,
    valid_for: timedelta,
    now: datetime,
) -> bool:
    """A list is due when there is none, when a slot has come since, or when a quarter of its life is left:

    nextUpdate never passes (C51), whatever became of the slots.
    """
    if made_at is None or next_update is None:
        return True
    return (slot is not None and made_at < slot) or next_update - now < valid_for / 4


def require_same(facts: CrlFacts, stretches: Iterable["Stretch"]) -> None:
    """Every entry is a row of ours, octet for octet, and none is missing; both in the order of serial numbers.

    Where octets are the same there is nothing to read: a list of a million is compared in its stretches, and only one that
    differs is taken apart.
    """
    tbs, (at, end) = memoryview(facts.tbs), facts.entries_at
    for stretch in stretches:
        if tbs[at : at + len(stretch.entries)] == stretch.entries:
            at += len(stretch.entries)
            continue
        start, at = at, _end_of(facts.tbs, at, end, last=stretch.last)
        rows = _cut(stretch.entries, 0, len(stretch.entries))
        _require_same_entries(_cut(facts.tbs, start, at), rows, this_update=facts.this_update)
    if at != end:
        raise ListNotOurs(rule="entry_not_revoked")


def _end_of(tbs: bytes, at: int, end: int, *, last: bytes) -> int:
    """Where the entries end whose serial numbers are up to `last`."""
    for serial_number in read_serial_numbers(tbs, at, end):
        if serial_number > last:
            break
        reader = Reader(tbs, at, end)
        reader.bounds()
        at = reader.at
    return at


def _cut(data: bytes, start: int, end: int) -> Iterator[tuple[RevokedEntry, bytes]]:
    """Each entry as it is read, and as it stands there: it may hold more than is read of it."""
    reader = Reader(data, start, end)
    for entry in read_entries(data, start, end):
        began = reader.at
        reader.bounds()
        yield entry, data[began : reader.at]


def _require_same_entries(
    listed: Iterable[tuple[RevokedEntry, bytes]],
    rows: Iterable[tuple[RevokedEntry, bytes]],
    *,
    this_update: datetime,
) -> None:
    entries = iter(listed)
    entry, octets = next(entries, (None, b""))
    for row, written in rows:
        if entry is not None and entry.serial_number == row.serial_number:
            if octets != written:
                raise ListNotOurs(rule="entry_differs")
            entry, octets = next(entries, (None, b""))
        elif row.revoked_at < this_update - COMMIT_MAY_TAKE:
            raise ListNotOurs(rule="revocation_missing")
    if entry is not None:
        raise ListNotOurs(rule="entry_not_revoked")
