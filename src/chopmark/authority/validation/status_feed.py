"""Following the database: what was committed since the last round is in the store when a round ends.

Every statement that records, revokes, suspends or releases leaves, in its own transaction, a row that says which rows it added
(a trigger's work). A round asks for those rows that the last round's snapshot could not see: of transactions that began
later, or were running then. So none is missed, whatever the order in which they commit, and none waits for an older one that
stays open. What was read twice is written twice, with the same result.

It asks each tenth of a second. A NOTIFY would save some of that, and PostgreSQL lets one transaction at a time commit with
one: that lock is not put before a campaign's thousands.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import structlog
from django.db import connection, transaction

from chopmark.authority.kernel import clock
from chopmark.authority.validation.errors import DatabaseIsStandby, DatabaseLeftBehind
from chopmark.authority.validation.models import Source
from chopmark.authority.validation.status import GOOD_ENTRY, key_of, revoked_entry
from chopmark.authority.validation.status_store import BATCH, Ended, Horizon, StatusStore
from chopmark.pki.crl import CRLReason

log = structlog.get_logger("status")

ROUND_SECONDS = 0.1
LOST_SECONDS = 1.0
# Keys whose status is another now; None: any may be, since the store was filled anew.
Changed = Sequence[bytes] | None
Told = Callable[[StatusStore, Changed, datetime], None]


def run_forever(folder: Path, *, told: Told, stop: threading.Event) -> None:
    """Hold the store of that folder and do rounds until told to stop; `told` hears what changed, and as of when it is right."""
    while not stop.is_set():
        try:
            with StatusStore(folder) as store:
                _rounds(store, told, stop)
        except Exception as error:  # noqa: BLE001  a predecessor's last breath, or a disk that is full: tried again
            log.warning("status_store_not_held", error=type(error).__name__)
            stop.wait(LOST_SECONDS)


def _rounds(store: StatusStore, told: Told, stop: threading.Event) -> None:
    # What a round that failed has changed before it did, nobody was told of.
    all_told = False
    while not stop.is_set():
        began = clock.now()
        try:
            changed = follow(store)
        except Exception as error:  # noqa: BLE001  whatever is wrong is tried again; meanwhile nothing is vouched for
            log.warning("status_not_followed", error=type(error).__name__)
            all_told = False
            connection.close()
            stop.wait(LOST_SECONDS)
        else:
            told(store, changed if all_told else None, began)
            all_told = True
            stop.wait(ROUND_SECONDS)
    connection.close()


def follow(store: StatusStore) -> Changed:
    """One round; answers what it changed."""
    # 1. What the last round could not see, and what this one cannot: one statement, so one snapshot.
    known = store.horizon
    seen = _look(known)

    # 2. Another database, or one that lost transactions we had seen: nothing of the store can be trusted.
    if known is not None and seen.is_left_behind(known):
        raise DatabaseLeftBehind
    if known is None or not seen.continues(known):
        log.warning("status_store_is_filled", known=known is not None)
        _fill(store, seen.horizon)
        return None

    # 3. Read the rows. This is later than the snapshot: what is read beyond it is read again next time.
    recorded = chain(
        _recorded(_CERTIFICATES, seen.of(Source.CERTIFICATE)),
        _recorded(_AUTHORITIES, seen.of(Source.AUTHORITY)),
    )
    held = chain(
        _held("revocation_suspension", seen.of(Source.SUSPENSION)),
        _held("revocation_release", seen.of(Source.RELEASE)),
    )
    # What is revoked comes last: it stays so, whatever a hold of it says.
    return store.apply(recorded, chain(held, _revoked(seen.of(Source.REVOCATION))), seen.horizon)


@dataclass(frozen=True, slots=True)
class _Seen:
    horizon: Horizon
    changes: Sequence[tuple[str, int, int]]
    last_known: str  # what the last row that was known says now

    def continues(self, known: Horizon) -> bool:
        """Whether this database has everything that was known. One put back from its files has the same name and line."""
        return (
            known.database == self.horizon.database
            and known.next <= self.horizon.next
            and known.last == self.last_known
        )

    def is_left_behind(self, known: Horizon) -> bool:
        """Whether what was known came from the one that took over from this: a primary that was thought dead is back."""
        (known_name, known_line), (name, line) = _named(known), _named(self.horizon)
        return name == known_name and line < known_line

    def of(self, source: Source) -> list[tuple[int, int]]:
        """The rows to read, each once, though many statements may have added them side by side."""
        merged: list[tuple[int, int]] = []
        for first, last in sorted((first, last) for name, first, last in self.changes if name == source):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        return merged


def _named(horizon: Horizon) -> tuple[str, int]:
    """The database, and its timeline: each time that a standby takes over it is a higher one."""
    name, _, line = horizon.database.rpartition("/")
    return name, int(line, 16)


# The timeline is part of the name: a standby that took over may have lost what we saw, and uses those transaction ids again.
_SAYS = (
    "concat_ws('/', {0}.id, {0}.xid, {0}.source, {0}.first_id, {0}.last_id, extract(epoch from {0}.noted_at))"
)
_LOOK = f"""
    select seen.*, change.source, change.first_id, change.last_id, change.id, {_SAYS.format("change")}
    from (
        select pg_is_in_recovery() as standby,
               case when pg_is_in_recovery() then '' else concat_ws('/',
                   (select system_identifier from pg_control_system()),
                   (select oid from pg_database where datname = current_database()),
                   left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)) end as database,
               pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next,
               array(select pg_snapshot_xip(pg_current_snapshot())::text::bigint) as running,
               pg_current_xact_id_if_assigned()::text::bigint as own,
               coalesce((select {_SAYS.format("known")} from validation_statuschange known where id = %s), '') as last_known
    ) seen
    left join lateral (
        select * from validation_statuschange where (xid >= %s and xid < seen.next) or xid = any(%s)
    ) change on true
"""  # noqa: S608  # our own words
_LAST = f"select id, {_SAYS.format('change')} from validation_statuschange change order by id desc limit 1"  # noqa: S608


def _look(known: Horizon | None) -> _Seen:
    # With nothing known, everything will be read: no change is asked for.
    last_id, since, running = (0, 2**62, ()) if known is None else (known.last_id, known.next, known.running)
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [last_id, since, list(running)])
        rows = cursor.fetchall()
    standby, database, following, running, own, last_known = rows[0][:6]
    if standby:  # how far it is behind, it cannot say
        raise DatabaseIsStandby
    changes = [row[6:] for row in rows if row[6] is not None]
    # A snapshot does not name the transaction that took it, which sees its own rows; it may add more.
    mine = () if own is None else (own,)
    # Of what is new, and not of all: what committed late has a low id, and a database may have lost just that.
    unchanged = (0, "") if known is None else (known.last_id, known.last)
    last_id, last = max((change[3:] for change in changes), default=unchanged)
    return _Seen(
        Horizon(database=database, next=following, running=(*running, *mine), last_id=last_id, last=last),
        [change[:3] for change in changes],
        last_known,
    )


def _last_change() -> tuple[int, str]:
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        return cursor.fetchone() or (0, "")


_EVERYTHING = """
    select serial_number || int2send(issuer_id) from issuance_certificate
    where kind = 'certificate' order by serial_number, issuer_id
"""
_CERTIFICATES = """
    select issuer_id, serial_number from issuance_certificate where kind = 'certificate' and id between %s and %s
"""
_AUTHORITIES = "select issuer_id, serial_number from custody_cacertificate where id between %s and %s"
_REVOCATIONS = """
    select issuer_id, serial_number, revoked_at, reason from revocation_revocation where id between %s and %s
"""
# Whether it is on hold now, of what was suspended or released then, and whether it is a certificate; of what is revoked,
# nothing. A hold comes back from the log though its certificate is lost, and whoever writes releases may name any number.
_HELD = """
    select distinct told.issuer_id, told.serial_number, held.suspended_at, (
        exists (select from issuance_certificate recorded
                where recorded.issuer_id = told.issuer_id and recorded.serial_number = told.serial_number
                  and recorded.kind = 'certificate')
        or exists (select from custody_cacertificate recorded
                   where recorded.issuer_id = told.issuer_id and recorded.serial_number = told.serial_number))
    from {table} told
    left join lateral (
        select max(suspended_at) as suspended_at from revocation_suspension suspension
        where suspension.issuer_id = told.issuer_id and suspension.serial_number = told.serial_number
          and not exists (select from revocation_release release
                          where release.issuer_id = told.issuer_id and release.serial_number = told.serial_number
                            and release.suspended_at = suspension.suspended_at)
    ) held on true
    where told.id between %s and %s
      and not exists (select from revocation_revocation revoked
                      where revoked.issuer_id = told.issuer_id and revoked.serial_number = told.serial_number)
"""
_ALL = [(0, 2**63 - 1)]


def _fill(store: StatusStore, horizon: Horizon) -> None:
    with transaction.atomic():
        # Every certificate's key in one pass along an index: nothing is sorted, and nothing is made of them on the way.
        ended = chain(_held("revocation_suspension", _ALL), _revoked(_ALL))
        last_id, last = _last_change()
        horizon = replace(horizon, last_id=last_id, last=last)
        store.fill(_batches(_EVERYTHING), _recorded(_AUTHORITIES, _ALL), ended, horizon)


def _recorded(query: str, ranges: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    for issuer_id, serial_number in _rows(query, ranges):
        yield key_of(issuer_id, serial_number)


def _held(table: str, ranges: Iterable[tuple[int, int]]) -> Iterator[Ended]:
    for issuer_id, serial_number, suspended_at, recorded in _rows(_HELD.format(table=table), ranges):
        if suspended_at:
            yield key_of(issuer_id, serial_number), revoked_entry(suspended_at, CRLReason.CERTIFICATE_HOLD)
        else:
            yield key_of(issuer_id, serial_number), GOOD_ENTRY if recorded else None


def _revoked(ranges: Iterable[tuple[int, int]]) -> Iterator[Ended]:
    for issuer_id, serial_number, revoked_at, reason in _rows(_REVOCATIONS, ranges):
        yield key_of(issuer_id, serial_number), revoked_entry(revoked_at, reason)


def _rows(query: str, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[Any, ...]]:
    for first, last in ranges:
        if last - first < BATCH:
            with connection.cursor() as cursor:
                cursor.execute(query, [first, last])
                yield from cursor.fetchall()
        else:
            for batch in _batches(query, first, last):
                yield from batch


def _batches(query: str, *parameters: int) -> Iterator[Sequence[tuple[Any, ...]]]:
    """A batch at a time through a cursor of PostgreSQL, which wants a transaction: after months away there are millions."""
    with transaction.atomic(), connection.connection.cursor("status", binary=True) as cursor:
        cursor.execute(query, parameters)
        while batch := cursor.fetchmany(BATCH):
            yield batch
