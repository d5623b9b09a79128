"""The status of every serial number in a file of this machine (LMDB), with the horizon up to which the database was read.

A transaction of the file holds both, so whatever kills the process leaves a store that says truly how far it came. It is a
copy: one that is of another form or of another database, or that was cut short, is thrown away and filled anew.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import IO, Self, TypeVar

import lmdb

from chopmark.authority.validation.errors import StatusStoreInUse
from chopmark.authority.validation.status import GOOD_ENTRY, Status, key_of, read_entry
from chopmark.authority.validation.writing_behind import Step, write_behind

FORM = 3
BATCH = 50_000
# Address space, not disk: the file is as large as what is in it (30 to 60 octets a certificate).
_LARGEST = 64 * 2**30
_HORIZON = b"horizon"
T = TypeVar("T")
# A key and what is said of it from now on; None: nothing, as of what was never recorded.
Ended = tuple[bytes, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """What a snapshot of a database had not seen: transactions from `next` on, and those then running.

    And one row that it had seen, the last change by id and what it says: a database that has it no more is another one.
    """

    database: str
    next: int
    running: tuple[int, ...] = ()
    last_id: int = 0
    last: str = ""


class StatusStore:
    """One process holds it: it would not hear of what another wrote, and would go on saying what it said before."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _hold(folder / "held")
        try:
            self._environment = _opened(folder)
        except BaseException:
            self._lock.close()
            raise
        self._statuses = self._environment.open_db(b"statuses")
        self._about = self._environment.open_db(b"about")
        self.horizon = self._read_horizon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._environment.close()
        self._lock.close()

    def status_of(self, issuer_id: int, serial_number: bytes) -> Status:
        with self._environment.begin(self._statuses) as transaction:
            entry = transaction.get(key_of(issuer_id, serial_number))
        return read_entry(entry)

    def fill(
        self,
        recorded: Iterable[Sequence[tuple[bytes, ...]]],
        authorities: Iterable[bytes],
        ended: Iterable[Ended],
        horizon: Horizon,
    ) -> None:
        """Put everything in place of what was there: `recorded` in batches, fastest in the order of their keys.

        The next are read while the last are written.
        """
        steps: Iterable[Step] = chain(
            [lambda transaction: transaction.drop(self._statuses, delete=False)],
            (partial(_append, batch) for batch in recorded),
            (partial(_add_all, batch) for batch in _batches(authorities)),
            (partial(_say_all, batch) for batch in _batches(ended)),
            [lambda transaction: self._write_horizon(transaction, horizon)],
        )
        write_behind(steps, lambda: self._environment.begin(self._statuses, write=True))
        self.horizon = horizon

    def apply(self, recorded: Iterable[bytes], ended: Iterable[Ended], horizon: Horizon) -> list[bytes]:
        """Add what may have been added before; answers the keys whose status is another now.

        `ended` has what is on hold, released or revoked, in the order in which it is to be believed.
        """
        with self._environment.begin(self._statuses, write=True) as transaction:
            # What is revoked stays so, whichever of its two rows is read first.
            changed = [key for key in recorded if transaction.put(key, GOOD_ENTRY, overwrite=False)]
            for key, entry in ended:
                if transaction.get(key) != entry:
                    _say(transaction, key, entry)
                    changed.append(key)
            # A write waits for the disk; an older horizon in the file only costs a restart some re-reading.
            if changed:
                self._write_horizon(transaction, horizon)
        self.horizon = horizon
        return changed

    def _write_horizon(self, transaction: lmdb.Transaction, horizon: Horizon) -> None:
        said = json.dumps({"form": FORM, **asdict(horizon)})
        transaction.put(_HORIZON, said.encode(), db=self._about)

    def _read_horizon(self) -> Horizon | None:
        with self._environment.begin(self._about) as transaction:
            said = json.loads(transaction.get(_HORIZON, b"{}"))
        if said.pop("form", None) != FORM:
            return None
        return Horizon(**said | {"running": tuple(said["running"])})


def _append(batch: Sequence[tuple[bytes, ...]], transaction: lmdb.Transaction) -> None:
    entries, cursor = [(key, GOOD_ENTRY) for (key,) in batch], transaction.cursor()
    _, added = cursor.putmulti(entries, append=True)
    if added != len(entries):  # serial numbers of different lengths, of which one begins another
        cursor.putmulti(entries)


def _add_all(keys: Sequence[bytes], transaction: lmdb.Transaction) -> None:
    for key in keys:
        transaction.put(key, GOOD_ENTRY, overwrite=False)


def _say_all(ended: Sequence[Ended], transaction: lmdb.Transaction) -> None:
    for key, entry in ended:
        _say(transaction, key, entry)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def _say(transaction: lmdb.Transaction, key: bytes, entry: bytes | None) -> None:
    if entry is None:
        transaction.delete(key)
    else:
        transaction.put(key, entry)


def _hold(path: Path) -> IO[str]:
    """The lock goes with the process, however it dies."""
    lock = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise StatusStoreInUse from None
    return lock


def _opened(folder: Path) -> lmdb.Environment:
    """The file as it is, or a new one where it is none that can be read."""
    with suppress(lmdb.Error):
        environment = _open(folder)
        if _is_whole(environment, folder):
            return environment
        environment.close()
    for name in ("data.mdb", "lock.mdb"):
        (folder / name).unlink(missing_ok=True)
    return _open(folder)


def _open(folder: Path) -> lmdb.Environment:
    return lmdb.open(str(folder), map_size=_LARGEST, max_dbs=2, mode=0o600)


def _is_whole(environment: lmdb.Environment, folder: Path) -> bool:
    # A page that the file should have and has not would end this process by SIGBUS, now and at each start.
    pages = environment.info()["last_pgno"] + 1
    size = (folder / "data.mdb").stat().st_size
    return bool(pages * environment.stat()["psize"] <= size)
