"""How many leaves a second come from their writers to the published tiles: `pytest tests/authority/measure_sequencer.py -s`.

Not collected with the others: it writes tens of thousands of rows and its figures are measurements, not claims. The raw
rates of the same rows and the same files are taken before and after, since machines drift.
"""

import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection, transaction

from authority.transparency.conftest import NOON, LogHouse, _open
from chopmark.authority.audit import AuditTag
from chopmark.authority.audit.services import leave
from chopmark.authority.transparency.publishing import publish
from chopmark.authority.transparency.sequencing import sequence_batch
from chopmark.pki.tlog.leaf import Leaf, commitment, encode_leaf
from chopmark.pki.tlog.merkle import leaf_hash
from chopmark.publiclog import durable

LEAVES = int(os.environ.get("MEASURE_LEAVES", "50000"))
ACTS = LEAVES // 50
_DURABLE = ("fsync", "full_page_writes", "synchronous_commit")
_RAW = "create unlogged table measured_leaf (like audit_leaf including all); alter table measured_leaf set logged"


class Spent(NamedTuple):
    """On one leaf: seconds of the clock, and of this process's own work, which tells more on a machine that others use too."""

    seconds: float
    own: float


@pytest.fixture
def house(transactional_db, tmp_path, settings) -> LogHouse:
    settings.CHOPMARK_LOG_DIR = tmp_path / "log"
    return _open(settings.CHOPMARK_LOG_DIR)


def test_leaves_a_second(house, tmp_path):
    rows = [_row() for _ in range(LEAVES)]
    with durably(), raw_table():
        said = {"raw, before: the same rows by COPY": raw(rows)}
        said["acts, one transaction each, one writer"] = timed(leave_by_acts, ACTS)
        said["leaves by COPY, as a campaign would"] = timed(
            lambda: copy(rows[ACTS:], "audit_leaf"), LEAVES - ACTS
        )
        steps = {"sequenced": sequence, "signed": house.sign, "published": lambda: publish(house.folder)}
        spent = {step: timed(act, LEAVES) for step, act in steps.items()}
        said |= spent
        said["sequenced, signed and published"] = Spent(
            *(sum(each) for each in zip(*spent.values(), strict=True))
        )
        said["little by little: from the act to the tiles"] = timed(lambda: little_by_little(house), ACTS)
        said["raw, after: the same rows by COPY"] = raw(rows)
        said["raw, after: the same files, each fsynced"] = timed(
            lambda: write_again(house.folder, tmp_path / "raw"), LEAVES
        )
    assert house.verified().size == LEAVES + ACTS
    for what, each in said.items():
        print(f"\n{what:45} {1 / each.seconds:10,.0f}/s {each.own * 1e6:8.1f} µs", end="")  # noqa: T201  what it is for


def _row() -> tuple[bytes, bytes]:
    salt = secrets.token_bytes(32)
    facts = {"issuer": "identity-ca-1", "serial": salt[:15].hex().upper(), "fingerprint": salt.hex()}
    sealed = commitment(salt, b'{"actor":"signer"}')
    entry = encode_leaf(
        Leaf(tag="certificate:issued", at=int(NOON.timestamp()), public=facts, commitment=sealed)
    )
    return entry, leaf_hash(entry)


def leave_by_acts() -> None:
    for number in range(ACTS):
        with transaction.atomic():
            leave(tag=AuditTag.APPLICATION_BEGUN, payload={"number": number}, now=NOON)


def copy(rows: list[tuple[bytes, bytes]], table: str) -> None:
    with connection.cursor() as cursor, cursor.copy(f"copy {table} (entry, leaf_hash) from stdin") as into:
        for row in rows:
            into.write_row(row)


def sequence() -> None:
    while sequence_batch(NOON):
        pass


def little_by_little(house: LogHouse) -> None:
    """As a worker does under a steady load: a hundred acts, then a round."""
    for at in range(0, ACTS, 100):
        for number in range(at, min(at + 100, ACTS)):
            with transaction.atomic():
                leave(tag=AuditTag.APPLICATION_BEGUN, payload={"number": number}, now=NOON)
        house.settle()


def raw(rows: list[tuple[bytes, bytes]]) -> Spent:
    spent = timed(lambda: copy(rows, "measured_leaf"), len(rows))
    with connection.cursor() as cursor:
        cursor.execute("truncate measured_leaf")
    return spent


def write_again(folder: Path, to: Path) -> None:
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    to.mkdir()
    durable.write(to, files)


def timed(act: Callable[[], object], leaves: int) -> Spent:
    seconds, own = time.perf_counter(), time.process_time()
    act()
    return Spent((time.perf_counter() - seconds) / leaves, (time.process_time() - own) / leaves)


@contextmanager
def raw_table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(_RAW)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("drop table measured_leaf")


@contextmanager
def durably() -> Iterator[None]:
    """The tests' cluster, which is not durable, made so for the while."""
    with connection.cursor() as cursor:
        _as_superuser(cursor, [f"alter system set {name} = on" for name in _DURABLE])
        cursor.execute("select setting from pg_settings where name = any(%s)", [list(_DURABLE)])
        assert {value for (value,) in cursor.fetchall()} == {"on"}, "not measured on a durable database"
        try:
            yield
        finally:
            _as_superuser(cursor, [f"alter system reset {name}" for name in _DURABLE])


def _as_superuser(cursor, statements: list[str]) -> None:
    cursor.execute("select current_user")
    (who,) = cursor.fetchone()
    for statement in ("set role postgres", *statements, "select pg_reload_conf()", f"set role {who}"):
        cursor.execute(statement)
    time.sleep(1)
