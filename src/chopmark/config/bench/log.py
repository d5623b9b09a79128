"""`chopmark bench log`: leaves in a second that get their place, stand under a signed checkpoint and are public as tiles."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from chopmark.config.bench.printing import JSON, Figures, say
from chopmark.config.bench.stage import become, stage

if TYPE_CHECKING:
    from chopmark.authority.audit.services import Line

IN_A_TRANSACTION = 2000  # as many as a signer claims at once


@click.command()
@click.option("--count", type=click.IntRange(1, 20_000_000), default=200_000, show_default=True)
@JSON
def command(count: int, as_json: bool) -> None:
    """Sequence, sign and publish COUNT leaves of issued certificates, that were left before the clock starts.

    Beside it, in the same run: as many rows of the same table by COPY, in as many transactions. At the end the verifier reads
    the whole public log.
    """
    with stage() as home:
        become(home, "migrate")
        say(_measured(count), as_json=as_json)


def _measured(count: int) -> Figures:
    from django.conf import settings

    from chopmark.authority.custody.opening import open_token
    from chopmark.authority.kernel import clock
    from chopmark.authority.transparency import publishing, signing
    from chopmark.authority.transparency.sequencer import sequence_once
    from chopmark.authority.transparency.sequencing import sequence_batch

    token, now = open_token(), clock.now()

    def sequence() -> None:
        while sequence_batch(now):
            pass

    def sign() -> None:
        signing.run_once(token=token, now=now, claimer=1)

    def publish() -> None:
        publishing.publish(settings.CHOPMARK_LOG_DIR)

    # What the installation itself left is not measured.
    for step in (lambda: sequence_once(now), sign, publish):
        step()
    before = _raw(count)
    left = _seconds(lambda: _leave(count))
    spent = {step.__name__: _seconds(step) for step in (sequence, sign, publish)}
    after = _raw(count)
    limit, rate = (before + after) / 2, count / sum(spent.values())
    return {
        "count": count,
        "seconds": sum(spent.values()),
        "leaves_per_second": rate,
        "raw_rows_per_second": limit,
        "ratio": rate / limit,
        "left_per_second": count / left,
        "sequenced_per_second": count / spent["sequence"],
        "signed_per_second": count / spent["sign"],
        "published_per_second": count / spent["publish"],
        "verified_leaves": _verified(),
    }


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _leave(count: int) -> None:
    """As the signer does for certificates: a leaf for each, so many to a transaction."""
    from django.db import transaction

    from chopmark.authority.audit.services import leave_many
    from chopmark.authority.audit.tags import AuditTag
    from chopmark.authority.kernel import clock

    now = clock.now()
    for part in _parts(count):
        lines = [_line() for _ in part]
        with transaction.atomic():
            leave_many(lines=lines, now=now, tag=AuditTag.CERTIFICATE_ISSUED)


def _line() -> "Line":
    from chopmark.authority.audit.services import Line

    chance = secrets.token_bytes(32)
    facts: dict[str, str | int] = {
        "issuer": 1,
        "serial_number": chance[:16].hex(),
        "fingerprint": chance.hex(),
    }
    return Line(facts, {"actor": "signer", "application": "AP261100419"})


def _raw(count: int) -> float:
    """Rows in a second of the leaves' own table, with its indexes, on the disk at the end of each transaction."""
    from django.db import connection, transaction

    from chopmark.authority.kernel.copying import copy_rows

    entry, digest = bytes(300), bytes(32)  # about as long as such a leaf
    with connection.cursor() as cursor:
        cursor.execute("create table bench_leaf (like audit_leaf including all)")
        began = time.perf_counter()
        for part in _parts(count):
            with transaction.atomic():
                rows = ((number, entry, digest) for number in part)
                copy_rows("bench_leaf", {"id": "int8", "entry": "bytea", "leaf_hash": "bytea"}, rows)
        seconds = time.perf_counter() - began
        cursor.execute("drop table bench_leaf")
    return count / seconds


def _parts(count: int) -> Iterator[Sequence[int]]:
    for first in range(0, count, IN_A_TRANSACTION):
        yield range(first, min(first + IN_A_TRANSACTION, count))


def _verified() -> int:
    """How many leaves an outsider finds in the public folder, each hashed up to the signed root."""
    from django.conf import settings

    from chopmark.authority.transparency.keys import own_key
    from chopmark.verifier.log import verify_log
    from chopmark.verifier.sources import DirectorySource

    return verify_log(DirectorySource(settings.CHOPMARK_LOG_DIR), own_key()).size
