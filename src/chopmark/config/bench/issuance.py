"""`chopmark bench issuance`: certificates of a population in a second, stored and in the log, by the real processes."""

import os
import secrets
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import click

from chopmark.config.bench.printing import JSON, Figures, say
from chopmark.config.bench.stage import become, running, stage
from chopmark.config.home import Home

if TYPE_CHECKING:
    from chopmark.authority.campaigns.models import Campaign

# What the measured issuer signs with: its key, and the signature algorithm.
ALGORITHMS: Mapping[str, tuple[str, str]] = {
    "p256": ("P-256", "ecdsa-with-SHA256"),
    "rsa2048": ("RSA-2048", "sha256WithRSAEncryption"),
    "rsa3072": ("RSA-3072", "sha256WithRSAEncryption"),
    "mldsa65": ("ML-DSA-65", "id-ml-dsa-65"),
}
LOOK_EVERY = 0.2
PATIENCE = 3600.0
SAMPLED_CHUNKS = 3
CLEAN = "nothing is wrong"


@click.command()
@click.option("--count", type=click.IntRange(1, 20_000_000), default=200_000, show_default=True)
@click.option(
    "--algorithm",
    type=click.Choice(list(ALGORITHMS)),
    default="p256",
    show_default=True,
    help="The issuer's key; the holders' are P-256.",
)
@click.option("--input", "kind", type=click.Choice(["keys", "csr"]), default="keys", show_default=True)
@click.option("--processes", type=click.IntRange(1, 64), default=2, show_default=True, help="Signers.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@JSON
def command(count: int, algorithm: str, kind: str, processes: int, workers: int, as_json: bool) -> None:
    """Issue a campaign of COUNT certificates with real workers and signers, and count what is stored and logged.

    Names and keys are test data, opened and approved before the clock starts; the owner's word over the names is signed by a
    key of the measurement in place of hers. What is timed is everything after: intents, the gate, claims, signatures,
    certificates, leaves, and the log up to its signed checkpoint.
    """
    chosen = key, signature = ALGORITHMS[algorithm]
    overlay = {
        "hierarchy.toml": f'[keys.identity-1]\nalgorithm = "{key}"\nsignature = "{signature}"\n',
        # What the pack has in force only later is measured today.
        "algorithms.toml": f"[keys.{key}]\nfrom = 2015-01-01\n[signatures.{signature}]\nfrom = 2015-01-01\n",
    }
    with stage(overlay) as home:
        become(home, "migrate")
        say(_measured(home, count, chosen, kind, processes, workers), as_json=as_json)


def _measured(
    home: Home, count: int, chosen: tuple[str, str], kind: str, processes: int, workers: int
) -> Figures:
    from chopmark.authority.campaigns import selectors
    from chopmark.authority.campaigns.models import Campaign
    from chopmark.authority.custody.token import KeyAlgorithm
    from chopmark.authority.kernel import clock
    from chopmark.config.bench import population, raw
    from chopmark.pki.algorithms import SignatureAlgorithm

    key, signature = KeyAlgorithm(chosen[0]), SignatureAlgorithm(chosen[1])
    owner = population.stand_in_for_owner(home)
    now = clock.now()
    campaign = population.approved_campaign(count, Campaign.Input(kind), now)
    population.name_all(campaign, owner, now)
    before = raw.signatures_per_second(key, signature)
    with (
        running(home, "signer", "chopmark.config.signer_root", count=processes),
        running(home, "worker", "chopmark.config.worker_main", count=workers),
    ):
        _until_settled()
        seconds = _timed(campaign)
    after = raw.signatures_per_second(key, signature)
    limit, rate = (before + after) / 2, count / seconds
    counted, audit = _counted(), _audited()
    if counted != {"stored": count, "logged": count} or audit != CLEAN:
        progress = selectors.progress(campaign)
        lost = {**progress.failed, **progress.refused}
        raise click.ClickException(
            f"that was no issuing of {count}: {counted}, without {lost}, and the audit says: {audit}"
        )
    return {
        "count": count,
        "algorithm": chosen[0],
        "input": kind,
        "signers": processes,
        "workers": workers,
        "cores": os.cpu_count() or 1,
        "seconds": seconds,
        "certificates_per_second": rate,
        "raw_signatures_per_second": limit,
        "ratio": rate / limit,
        **counted,
        "audit": audit,
    }


def _until_settled() -> None:
    """The processes are up and the log has everything that was written before: what was staged is not measured."""
    _wait(_is_logged)


def _timed(campaign: "Campaign") -> float:
    from chopmark.authority.campaigns import selectors, services
    from chopmark.authority.kernel import clock
    from chopmark.config.bench import population

    began = time.perf_counter()
    services.start(reference=campaign.reference, actor=population.operator(1), now=clock.now())
    _wait(lambda: selectors.progress(campaign).pending == 0)
    # And not every leaf: from here on the worker offers them, and tells their holders for hours.
    _wait(_has_all_certificates_logged)
    return time.perf_counter() - began


def _wait(is_so: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + PATIENCE
    while not is_so():
        if time.perf_counter() > deadline:
            raise click.ClickException("it does not come to an end; look at the processes' own words")
        time.sleep(LOOK_EVERY)


def _is_logged() -> bool:
    """Every leaf that is there now has a position under the newest signed checkpoint."""
    from chopmark.config.audit.fault import rows

    ((waiting,),) = rows(
        "select (select count(*) from audit_leaf) > coalesce((select max(size) from transparency_checkpoint), 0)"
    )
    return not waiting


def _has_all_certificates_logged() -> bool:
    counted = _counted()
    return counted["stored"] == counted["logged"]


def _counted() -> dict[str, int]:
    """From the tables: how many certificates there are, and how many of their leaves are under a signed checkpoint."""
    from chopmark.config.audit.fault import rows

    ((stored,),) = rows("select count(*) from issuance_certificate")
    ((logged,),) = rows(
        "select count(*) from issuance_certificate certificate"
        " join transparency_position place on place.leaf_id = certificate.leaf_id"
        " where place.position < (select max(size) from transparency_checkpoint)"
    )
    return {"stored": stored, "logged": logged}


def _audited() -> str:
    """The audit's own checks of campaigns and claims, and of some chunks certificate by certificate."""
    from chopmark.authority.issuance.models import IntendedChunk
    from chopmark.config.audit.chunks import check_campaigns, check_chunks

    ids = list(IntendedChunk.objects.values_list("id", flat=True))
    some = {ids[secrets.randbelow(len(ids))] for _ in range(SAMPLED_CHUNKS)}
    faults = [*check_campaigns(), *check_chunks(settled=True, some=some)]
    for fault in faults[:10]:
        click.echo(str(fault), err=True)
    return CLEAN if not faults else f"{len(faults)} faults"
