"""`chopmark bench openings`: records that the real strongroom opens in a second, at its machine door, under the owner's grant."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from uuid import UUID

import click

from chopmark.config.bench import records
from chopmark.config.bench.printing import JSON, say
from chopmark.config.bench.stage import become, stage, standing
from chopmark.config.children import strongroom_environment
from chopmark.config.home import Home
from chopmark.strongroom.client import Strongroom

TYPE = "smart-id"


@click.command()
@click.option("--count", type=click.IntRange(1, 2_000_000), default=100_000, show_default=True)
@click.option(
    "--callers", type=click.IntRange(1, 64), default=2, show_default=True, help="Workers that ask at once."
)
@JSON
def command(count: int, callers: int, as_json: bool) -> None:
    """Open the names and addresses of COUNT records as a campaign does, each opening on disk before its value leaves.

    Beside it, in the same run: the same number of records decrypted by the library alone, and as many rows of a log put on
    the disk in as many transactions.
    """
    with stage() as home:
        become(home, "worker")
        from chopmark.authority.campaigns.chunks import IN_ONE_CALL

        grant = UUID(_run(home, "fill", count))
        before = float(_run(home, "raw", IN_ONE_CALL))
        with standing(home, "strongroom"):
            seconds = _opened(home, grant, callers, IN_ONE_CALL)
        after = float(_run(home, "raw", IN_ONE_CALL))
        written = int(_run(home, "count", count))
    limit, rate = (before + after) / 2, count / seconds
    say(
        {
            "count": count,
            "callers": callers,
            "in_a_call": IN_ONE_CALL,
            "seconds": seconds,
            "openings_per_second": rate,
            "raw_per_second": limit,
            "ratio": rate / limit,
            "openings_in_the_log": written,
        },
        as_json=as_json,
    )


def _opened(home: Home, grant: UUID, callers: int, in_a_call: int) -> float:
    """Every record once; answers the seconds from the first question to the last answer."""
    calls = list(_batches(_records(home), in_a_call))
    with ProcessPoolExecutor(
        callers,
        mp_context=get_context("spawn"),
        initializer=_knock,
        initargs=(str(home.strongroom_socket), grant),
    ) as pool:
        # They are all there before the first question is timed.
        list(pool.map(_is_ready, range(callers * 4)))
        began = time.perf_counter()
        shown = sum(pool.map(_open, calls))
        seconds = time.perf_counter() - began
    if shown != sum(map(len, calls)):
        raise click.ClickException(f"only {shown} were opened")
    return seconds


class _Asker:
    """What one calling process keeps between its calls."""

    door: Strongroom
    grant: UUID


def _knock(socket: str, grant: UUID) -> None:
    _Asker.door, _Asker.grant = Strongroom(Path(socket)), grant


def _is_ready(_: int) -> bool:
    return _Asker.door.is_ready()


def _open(asked: Sequence[UUID]) -> int:
    found, _ = _Asker.door.open_roll(
        grant=_Asker.grant, purpose=records.PURPOSE, records=asked, type_code=TYPE, actor="worker"
    )
    return sum(not isinstance(line, str) for line in found.values())


def _batches(ids: Sequence[UUID], size: int) -> Iterator[Sequence[UUID]]:
    for at in range(0, len(ids), size):
        yield ids[at : at + size]


def _records(home: Home) -> list[UUID]:
    kept = records.kept_in(home.path).read_text(encoding="ascii")
    return [UUID(line) for line in kept.splitlines()]


def _run(home: Home, part: str, argument: int) -> str:
    """One part in a process of the owner's side, whose settings and database are other than ours."""
    environment = {**os.environ, **strongroom_environment(home, "migrate")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", records.__name__, str(home.path), part, str(argument)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    return str(json.loads(done.stdout.splitlines()[-1]))
