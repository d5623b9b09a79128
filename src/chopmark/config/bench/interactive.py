"""`chopmark bench interactive`: from approved applications to committed certificates, one by one, many at once."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import click

from chopmark.config.bench.printing import JSON, Figures, say
from chopmark.config.bench.stage import become, running, stage, until
from chopmark.config.home import Home

KEY, SIGNATURE = "P-256", "ecdsa-with-SHA256"
PATIENCE = 3600.0
FIRST = 2  # for each worker, before the clock starts


@click.command()
@click.option("--count", type=click.IntRange(1, 100_000), default=500, show_default=True)
@click.option("--at-once", type=click.IntRange(1, 256), default=32, show_default=True)
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Signers.")
@JSON
def command(count: int, at_once: int, processes: int, as_json: bool) -> None:
    """Issue COUNT certificates as they are asked for at counters and portals, each by itself, with every judge of the gate.

    The applications are approved before the clock starts, by the services that pages call. What is timed is what the worker and
    the signer do: the intent with the full three-way lint, claim, signature, certificate, leaf and hand-over, each committed.
    """
    with stage(
        {"hierarchy.toml": f'[keys.identity-1]\nalgorithm = "{KEY}"\nsignature = "{SIGNATURE}"\n'}
    ) as home:
        become(home, "migrate")
        say(_measured(home, count, at_once, processes), as_json=as_json)


def _measured(home: Home, count: int, at_once: int, processes: int) -> Figures:
    from chopmark.authority.custody.token import KeyAlgorithm
    from chopmark.config.bench import raw
    from chopmark.pki.algorithms import SignatureAlgorithm

    workers = min(os.cpu_count() or 1, at_once)
    first = workers * FIRST
    references = _approved(home, first + count)
    key, signature = KeyAlgorithm(KEY), SignatureAlgorithm(SIGNATURE)
    before = raw.signatures_per_second(key, signature)
    with running(home, "signer", "chopmark.config.signer_root", count=processes):
        seconds = _timed(home, references[:first], references[first:], workers, at_once)
    after = raw.signatures_per_second(key, signature)
    limit, rate = (before + after) / 2, count / seconds
    if _tickets():
        raise click.ClickException("the gate stopped some: what was measured is not issuing")
    return {
        "count": count,
        "at_once": at_once,
        "signers": processes,
        "lint": "full: chopmark, pkilint and cryptography",
        "seconds": seconds,
        "certificates_per_second": rate,
        "raw_signatures_per_second": limit,
        "ratio": rate / limit,
        "stored": _stored(references[first:]),
        "tickets": _tickets(),
    }


def _approved(home: Home, count: int) -> list[str]:
    from django.conf import settings

    from chopmark.authority.kernel import clock
    from chopmark.config import demo
    from chopmark.config.bench import applicants, population

    demo.register_staff()
    key = population.stand_in_for_owner(home)
    # This process read the owner's own before; those that start after this read ours.
    settings.CHOPMARK_DESK_RECEIPT_KEY = key.public_key().public_bytes_raw()
    return [applicants.approved(key, clock.now()) for _ in range(count)]


def _timed(home: Home, first: Sequence[str], references: Sequence[str], workers: int, at_once: int) -> float:
    """As many workers as cores, and so many intents under way in all of them together."""
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_become_worker, initargs=(home.path,)
    ) as pool:
        # What workers and signers load once in their lives is not the certificates'.
        _issue(pool, first, workers, at_once)
        began = time.perf_counter()
        _issue(pool, references, workers, at_once)
        return time.perf_counter() - began


def _issue(pool: ProcessPoolExecutor, references: Sequence[str], workers: int, at_once: int) -> None:
    shares = [references[at::workers] for at in range(workers)]
    list(pool.map(_intend_all, shares, [-(-at_once // workers)] * workers))
    until(lambda: _stored(references) + _tickets() >= len(references), "all are issued", within=PATIENCE)


def _become_worker(home: Path) -> None:
    from chopmark.config.home import open_home

    become(open_home(home), "worker")


def _intend_all(references: Sequence[str], at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as threads:
        list(threads.map(_intend, references))


def _intend(reference: str) -> None:
    from django.db import connection

    from chopmark.authority.issuance import handlers
    from chopmark.authority.verification.events import ApplicationApproved

    try:
        handlers.intend_or_have_key_made([ApplicationApproved(reference)], _now())
    finally:
        connection.close_if_unusable_or_obsolete()


def _now() -> datetime:
    from chopmark.authority.kernel import clock

    return clock.now()


def _stored(references: Sequence[str]) -> int:
    from chopmark.authority.issuance.models import Certificate

    return Certificate.objects.filter(application_reference__in=references).count()


def _tickets() -> int:
    """What the gate refused: none, or what is measured is not issuing."""
    from chopmark.authority.issuance.models import Blocked

    return Blocked.objects.count()
