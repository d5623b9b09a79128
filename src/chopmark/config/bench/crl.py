"""`chopmark bench crl`: an issuer's list of so many entries by the real way, from the rows to the recorded list."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import click

from chopmark.config.bench.printing import JSON, say
from chopmark.config.bench.stage import become, stage
from chopmark.config.home import Home

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
REASONS = (0, 1, 3, 4, 5)
_COLUMNS = "revocation_revocation (issuer_id, serial_number, reason, revoked_at)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one process took for its part of the way."""

    seconds: float
    cpu_seconds: float
    peak_memory_mb: float
    bytes: int


@click.command("crl")
@click.option("--entries", default=1_000_000, show_default=True, type=click.IntRange(1))
@click.option(
    "--shards",
    default=1,
    show_default=True,
    type=click.Choice(["1", "2", "4", "8", "16", "32", "64", "128", "256"]),
    help="Partitions, which are made instead of the full list; 1 is the full list.",
)
@JSON
def command(entries: int, shards: str, as_json: bool) -> None:
    """Prepare, sign and record revocation lists; beside it, reading the same octets, hashing and writing them."""
    with stage() as home:
        _lay_over(home, int(shards))
        _run(home, "migrate", "fill", entries)
        before = _run(home, "signer", "raw", entries)
        prepared = _run(home, "worker", "prepare", int(shards))
        signed = _run(home, "signer", "sign", int(shards))
        after = _run(home, "signer", "raw", entries)
    raw = (before.seconds + after.seconds) / 2
    seconds = prepared.seconds + signed.seconds
    say(
        {
            "entries": entries,
            "lists": int(shards),
            "seconds": seconds,
            "prepare_seconds": prepared.seconds,
            "sign_seconds": signed.seconds,
            "cpu_seconds": prepared.cpu_seconds + signed.cpu_seconds,
            "peak_memory_mb": max(prepared.peak_memory_mb, signed.peak_memory_mb),
            "bytes": signed.bytes,
            "raw_seconds": raw,
            "ratio": raw / seconds,
            "entries_per_second": entries / seconds,
        },
        as_json=as_json,
    )


def _lay_over(home: Home, shards: int) -> None:
    """The pack's list, in as many partitions as are asked for."""
    folder = home.path / "bench"
    folder.mkdir()
    (folder / "crl.toml").write_text(f"[lists.identity-1]\npartitions = {shards}\n", encoding="utf-8")
    config = home.path / "config.toml"
    said = config.read_text(encoding="utf-8")
    config.write_text(said.replace('"demo"]', '"demo", "./bench"]'), encoding="utf-8")


def _run(home: Home, process: str, part: str, argument: int) -> Part:
    """One part in a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", __name__, str(home.path), process, part, str(argument)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, "CHOPMARK_HOME": str(home.path)},
    )
    return Part(**json.loads(done.stdout.splitlines()[-1]))


def _main(home: str, process: str, part: str, argument: str) -> None:
    from chopmark.config.home import open_home

    become(open_home(Path(home)), process)
    work = {"fill": _fill, "prepare": _prepare, "raw": _raw, "sign": _sign}[part]
    # A worker and a signer live for weeks: what they load once is not the list's.
    from django.db import connection

    import_module("chopmark.authority.publication.services")
    import_module("chopmark.authority.publication.signing")
    connection.ensure_connection()
    began, used = time.perf_counter(), time.process_time()
    count = work(int(argument))
    took, spent = time.perf_counter() - began, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(json.dumps(asdict(Part(seconds=took, cpu_seconds=spent, peak_memory_mb=peak, bytes=count))))


def _issuer() -> int:
    from chopmark.authority.custody.selectors import authority_by_slug

    return authority_by_slug("identity-1").id


def _fill(entries: int) -> int:
    """So many revocations of random serial numbers, over most of a year, into the table and its indexes."""
    import psycopg
    from django.db import connection

    issuer_id = _issuer()
    with psycopg.Cursor(connection.connection) as cursor:
        with cursor.copy(f"copy {_COLUMNS} from stdin (format binary)") as copy:
            copy.set_types(["int2", "bytea", "int2", "timestamptz"])
            for number in range(entries):
                copy.write_row((issuer_id, *_row(number)))
        cursor.execute("vacuum analyze revocation_revocation")
    return entries


def _row(number: int) -> tuple[bytes, int, datetime]:
    # Sixteen octets as the issuer makes them, from a counter and chance.
    serial_number = b"\x40" + os.urandom(15)
    moment = BEGAN + timedelta(seconds=int.from_bytes(serial_number[1:4], "big"))
    return serial_number, REASONS[number % len(REASONS)], moment


def _shards(count: int) -> Iterator[int]:
    yield from range(1, count + 1) if count > 1 else (0,)


def _prepare(count: int) -> int:
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import process
    from chopmark.authority.publication.services import prepare_crl

    issuer_id = _issuer()
    for shard in _shards(count):
        prepare_crl(issuer_id=issuer_id, shard=shard, actor=process("worker"), now=clock.now())
    return count


def _sign(count: int) -> int:
    """As the signer does it, round after round; answers how many octets the recorded lists have."""
    from django.db.models import Sum
    from django.db.models.functions import Length

    from chopmark.authority.custody.opening import open_token
    from chopmark.authority.kernel import clock
    from chopmark.authority.publication import signing
    from chopmark.authority.publication.models import Crl

    token = open_token()
    signed = 0
    while signed < count:
        signed += signing.run_once(token=token, now=clock.now(), claimer=1)
    return int(Crl.objects.aggregate(octets=Sum(Length("crl_der")))["octets"])


def _raw(entries: int) -> int:
    """What no list of these entries can do without: read the octets, hash and sign them, put them on the disk."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from django.conf import settings

    from chopmark.authority.revocation.selectors import entries_at

    content = b"".join(one.entries for one in entries_at(_issuer(), BEGAN + timedelta(days=365)))
    ec.generate_private_key(ec.SECP256R1()).sign(content, ec.ECDSA(SHA256()))
    with (Path(settings.CHOPMARK_TOKEN_DIR).parent / "raw.crl").open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return len(content)


if __name__ == "__main__":
    _main(*sys.argv[1:])
